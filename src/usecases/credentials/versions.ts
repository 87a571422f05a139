import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import { readsByRight } from '../../domain/access/grant.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import { destinationChanged } from '../../domain/services/destination.js';
import type { Ports } from '../../ports/ports.js';
import type { StoredMetadata } from '../../ports/vault.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { usableValues } from '../reading/foreignVersion.js';
import { breakGlassNotices, brokenGlass } from '../sharing/breakGlass.js';
import { reopens } from '../sharing/reopens.js';
import { lostRace } from '../writing/writeVersion.js';
import { activated, endDrift, refuseDestination } from './activation.js';
import { destinationEvent } from './newValues.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog' | 'store' | 'testPace' | 'findings'>;

/** The history of a credential, newest first: who, when, why, which fields. No value. */
export async function listVersions(
  ports: Needs,
  call: CallContext,
  id: string,
): Promise<{ credential: Credential; versions: CredentialVersion[] }> {
  const { credential } = await authorize(ports, call, id, 'see', 'credential.see');
  return { credential, versions: await ports.records.versions(id) };
}

/**
 * Makes an older (or newer) version the active one, all its fields together. Vault must still hold exactly that
 * version: `gone` when it was deleted there or is older than what Vault keeps. One that was written directly in Vault
 * must be as the API would have stored it, and may lead to another destination only for callers who can read the
 * value by right. To activate the active version once more confirms it, whatever others wrote.
 */
export async function activateVersion(
  ports: Needs,
  call: CallContext,
  id: string,
  version: number,
  options: { reason?: string | undefined } = {},
): Promise<Credential> {
  const granted = await authorize(ports, call, id, 'edit', 'credential.activate');
  const { credential } = granted;
  const open = await ports.findings.openOf(id);
  const stays = credential.activeVersion === version;
  if (stays && !open.some(({ kind }) => kind === 'drift')) return credential;
  const known = await ports.records.version(id, version);
  if (known === null) throw notFound('version');
  const values = stays ? null : await storedValues(ports, credential, known);
  const moved = values === null ? [] : destinationOf(credential, known, values);
  if (moved.length > 0 && !readsByRight(call.caller, granted)) {
    const refused = { action: 'credential.activate' as const, credentialId: id, details: { moved } };
    await refuse(ports, call, refused, refuseDestination(moved));
  }
  const opens =
    !stays &&
    credential.status === 'active' &&
    (await reopens(ports, call, granted, {
      action: 'credential.activate',
      does: 'activating another version',
    }));
  return ports.changes.run(async (tx) => {
    const row = await tx.lock(id);
    if (row === null || row.revision !== credential.revision) throw lostRace();
    const details = { from: row.activeVersion, reason: options.reason ?? null };
    const glass = brokenGlass(call, opens);
    tx.audit(
      auditEvent(call, 'credential.activate', 'allowed', { credentialId: id, version, details, ...glass }),
    );
    if (opens) await breakGlassNotices(tx, call, [credential]);
    if (moved.length > 0) tx.audit(destinationEvent(call, credential, moved));
    await endDrift(tx, open, { version, at: ports.clock.now() });
    if (values === null) return row;
    const patch = activated(ports, row, { known, values, moved });
    return tx.updateCredential(id, patch, call.caller.principal, ports.clock.now());
  });
}

async function storedValues(
  ports: Needs,
  credential: Credential,
  known: CredentialVersion,
): Promise<FieldValues> {
  const { version, createdTime, secretFields } = known;
  const metadata = await ports.store.metadata(credential.vaultPath);
  if (metadata !== null) refuseGone(version, metadata);
  if (known.source !== 'drift')
    return ports.store.read(credential.vaultPath, version, createdTime, secretFields);
  return usableValues(ports, credential, known);
}

/** Whatever was recorded of it: it may have gone, or come back, since. */
function refuseGone(version: number, { versions }: StoredMetadata): void {
  const stored = versions.get(version);
  if (stored !== undefined && !stored.destroyed && !stored.deleted) return;
  throw new BrokerError('gone', { detail: goneDetail(version, stored, [...versions.keys()]) });
}

function goneDetail(version: number, stored: { destroyed: boolean } | undefined, kept: number[]): string {
  if (stored === undefined)
    return `Vault no longer has version ${version}; the oldest it has is ${Math.min(...kept)}.`;
  if (stored.destroyed) return `Version ${version} was permanently destroyed in Vault.`;
  return `Version ${version} was deleted in Vault; undelete it there first.`;
}

/**
 * Fields by which a version of another client leads elsewhere. Our own versions were checked when they were written.
 */
function destinationOf(credential: Credential, known: CredentialVersion, values: FieldValues): string[] {
  if (known.source !== 'drift') return [];
  return destinationChanged(requireConnector(credential.serviceType), credential.settings, values.settings);
}
