import type { Call } from '../domain/caller.js';
import type { Credential, CredentialVersion } from '../domain/credential.js';
import { BrokerError, notFound } from '../domain/errors.js';
import { firstTest } from '../domain/testPace.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { authorize } from './authorize.js';
import { lostRace } from './writeVersion.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit' | 'store' | 'testPace'>;

/** The history of a credential, newest first: who, when, why, which fields. No value. */
export async function listVersions(
  ports: Needs,
  call: Call,
  id: string,
): Promise<{ credential: Credential; versions: CredentialVersion[] }> {
  const { credential } = await authorize(ports, call, id, 'see', 'credential.see');
  return { credential, versions: await ports.records.versions(id) };
}

/**
 * Makes an older (or newer) version the active one, all its fields together. Vault must still hold exactly that
 * version: `gone` when it was deleted there or is older than what Vault keeps.
 */
export async function activateVersion(
  ports: Needs,
  call: Call,
  id: string,
  version: number,
  options: { reason?: string | undefined } = {},
): Promise<Credential> {
  const { credential } = await authorize(ports, call, id, 'edit', 'credential.activate');
  if (credential.activeVersion === version) return credential;
  const known = await ports.records.version(id, version);
  if (known === null) throw notFound('version');
  if (known.source === 'drift') {
    throw new BrokerError('conflict', {
      detail: 'This version was written in Vault by another client; it has to be adopted first.',
    });
  }
  const metadata = await ports.store.metadata(credential.vaultPath);
  if (metadata !== null && !metadata.versions.has(version)) {
    throw new BrokerError('gone', {
      detail: `Vault no longer keeps version ${version}; the oldest it has is ${Math.min(...metadata.versions.keys())}.`,
    });
  }
  await ports.store.read(credential.vaultPath, version, known.createdTime, known.secretFields);
  return ports.changes.run(async (tx) => {
    const row = await tx.lock(id);
    if (row === null || row.revision !== credential.revision) throw lostRace();
    const details = { from: row.activeVersion, reason: options.reason ?? null };
    tx.audit(auditEvent(call, 'credential.activate', 'allowed', { credentialId: id, version, details }));
    const patch = {
      activeVersion: version,
      activeCreatedTime: known.createdTime,
      settings: known.settings,
      secretFields: known.secretFields,
      health: 'unchecked' as const,
      nextTestAt: firstTest(ports.clock.now(), ports.testPace.chance()),
      // The service said it of the secret that was active until now.
      ...(row.expiresSource === 'provider' && { expiresAt: null, expiresSource: null }),
    };
    return tx.updateCredential(id, patch, call.caller.principal, ports.clock.now());
  });
}
