import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import type { AuditAction, AuditEvent } from '../../domain/audit/audit.js';
import {
  type Credential,
  type CredentialVersion,
  MAX_VERSIONS,
  roomFor,
} from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import type { Notice } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import type { StoredMetadata, StoredVersion } from '../../ports/vault.js';
import type { WriteIntent } from '../../ports/writing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { commitVersion } from './commitVersion.js';
import { finishIntent } from './finishIntent.js';
import type { WritePorts } from './writePorts.js';

/** What else becomes true in the transaction of a new version. Resolves with the credential as it is then. */
export type CommitStep = (tx: ChangeTx, credential: Credential) => Promise<Credential>;

export interface NewVersion {
  credential: Credential;
  kind: WriteIntent['kind'];
  values: FieldValues;
  /** Hash of `hashedContent`. */
  fingerprint: string;
  changedFields: string[];
  reason: string | null;
  source: CredentialVersion['source'];
  /** What else becomes true with the version. */
  patch: CredentialPatch;
  /** `<action>_requested` is audited before Vault is touched, `<action>` with the version. */
  action: 'credential.create' | 'credential.update' | 'credential.rotate';
  /** Further events that commit with the version. */
  also?: AuditEvent[];
  /** Notices that commit with the version. */
  notices?: readonly Notice[];
  /** After all that, in this order. */
  steps?: readonly CommitStep[];
}

/** The intent that must be committed before Vault is asked to write. */
export function intentOf({ clock }: WritePorts, call: CallContext, next: NewVersion): WriteIntent {
  const { credential, values } = next;
  return {
    id: randomUUID(),
    credentialId: credential.id,
    kind: next.kind,
    expectedVersion: credential.latestVersion + 1,
    fingerprint: next.fingerprint,
    settings: values.settings,
    secretFields: Object.keys(values.secrets).sort(),
    changedFields: next.changedFields,
    actor: call.caller.principal,
    requestId: call.requestId,
    reason: next.reason,
    source: next.source,
    createdAt: clock.now(),
    patch: next.patch,
  };
}

/**
 * Intent → Vault → one transaction with version, pointer, audit and all that belongs to them, such as the result of the
 * test and the answer under the idempotency key. This order makes a crash safe: before the intent nothing is in Vault;
 * with the intent open, the reconciler completes what Vault has, or closes what never came there; after the commit there
 * is nothing left to do. Rejects with `conflict` when another client wrote in between.
 */
export async function writeVersion(
  ports: WritePorts,
  call: CallContext,
  next: NewVersion,
): Promise<Credential> {
  await settleEarlier(ports, next.credential);
  const intent = intentOf(ports, call, next);
  const requested: AuditAction =
    next.action === 'credential.create' ? 'credential.create_requested' : 'credential.update_requested';
  await ports.changes.run(async (tx) => {
    const current = await tx.lock(next.credential.id);
    if (current?.revision !== next.credential.revision) throw lostRace();
    await tx.openIntent(intent);
    tx.audit(
      auditEvent(call, requested, 'allowed', {
        credentialId: next.credential.id,
        version: intent.expectedVersion,
      }),
    );
  });
  return storeAndCommit(ports, call, intent, next);
}

/** No request runs this long: an intent older than that belongs to one that ended without knowing how. */
const INTENT_LEASE_MS = 15_000;

async function settleEarlier(ports: WritePorts, credential: Credential): Promise<void> {
  const open = await ports.records.openIntent(credential.id);
  if (open === null || ports.clock.now().getTime() - open.createdAt.getTime() < INTENT_LEASE_MS) return;
  await finishIntent(ports, open, credential);
  throw lostRace();
}

/** The part after the intent is durable. */
export async function storeAndCommit(
  ports: WritePorts,
  call: CallContext,
  intent: WriteIntent,
  next: NewVersion,
): Promise<Credential> {
  const stored = await writeToVault(ports, intent, next).catch((error: unknown) =>
    abandon(ports, call, intent, error),
  );
  return ports.changes.run(async (tx) => {
    await tx.notices(next.notices ?? []);
    let credential = await commitVersion(tx, ports.clock.now(), intent, stored, [
      auditEvent(call, next.action, 'allowed', {
        credentialId: intent.credentialId,
        version: stored.version,
        details: { changed: intent.changedFields, source: intent.source },
      }),
      ...(next.also ?? []),
    ]);
    for (const step of next.steps ?? []) credential = await step(tx, credential);
    return credential;
  });
}

async function writeToVault(
  ports: WritePorts,
  intent: WriteIntent,
  next: NewVersion,
): Promise<StoredVersion> {
  const { credential } = next;
  const span = intent.expectedVersion - (credential.activeVersion ?? intent.expectedVersion) + 1;
  if (span > MAX_VERSIONS)
    await ports.store.setMetadata(credential.vaultPath, { maxVersions: roomFor(span) });
  const stored = await ports.store.write(credential.vaultPath, next.values, intent.expectedVersion - 1);
  if (next.kind === 'create') {
    await ports.store.setMetadata(credential.vaultPath, {
      maxVersions: MAX_VERSIONS,
      custom: { id: credential.id, name: credential.name, owner: credential.owner },
    });
  }
  return stored;
}

/**
 * A creation that failed is undone, so that its name is free again; what Vault may hold of it is destroyed by the
 * reconciler, which also records what others wrote instead of a refused change. One with an unknown end keeps its
 * intent open and is settled later.
 */
async function abandon(
  ports: WritePorts,
  call: CallContext,
  intent: WriteIntent,
  error: unknown,
): Promise<never> {
  if (intent.kind === 'create') await undoCreate(ports, call, intent);
  else if (error instanceof BrokerError && error.code === 'conflict') await noteOthers(ports, call, intent);
  throw error;
}

async function undoCreate(ports: WritePorts, call: CallContext, intent: WriteIntent): Promise<void> {
  const now = ports.clock.now();
  await ports.changes.run(async (tx) => {
    await tx.updateCredential(
      intent.credentialId,
      { status: 'destroying', deletedAt: now, deletedBy: 'system' },
      'system',
      now,
    );
    await tx.closeIntent(intent.id, 'abandoned', now);
    tx.audit(
      auditEvent(call, 'credential.create_abandoned', 'failed', { credentialId: intent.credentialId }),
    );
  });
}

/** The next write must know what the latest version is. */
async function noteOthers(ports: WritePorts, call: CallContext, intent: WriteIntent): Promise<void> {
  const { credential } = await ports.records.access(call.caller, intent.credentialId);
  const metadata = credential === null ? null : await ports.store.metadata(credential.vaultPath);
  if (credential !== null && metadata !== null) await keepRoom(ports, credential, metadata);
  await ports.changes.run(async (tx) => {
    const row = await tx.lock(intent.credentialId);
    const latest = metadata?.currentVersion ?? 0;
    if (row !== null && latest > row.latestVersion)
      await tx.updateCredential(row.id, { latestVersion: latest }, 'system', ports.clock.now());
    await tx.closeIntent(intent.id, 'abandoned', ports.clock.now());
    const details = { expected: intent.expectedVersion, found: latest };
    tx.audit(
      auditEvent(call, 'credential.update_abandoned', 'failed', {
        credentialId: intent.credentialId,
        code: 'conflict',
        details,
      }),
    );
  });
}

/** Removes what would let Vault delete versions automatically: the broker never sets it. True if it was set. */
export async function keepVersions(
  { store, log }: Pick<Ports, 'store' | 'log'>,
  { id, vaultPath }: Credential,
  metadata?: StoredMetadata | null,
): Promise<boolean> {
  const known = metadata === undefined ? await store.metadata(vaultPath) : metadata;
  if (known?.versionsExpire !== true) return false;
  await store.setMetadata(vaultPath, { versionsExpire: false });
  log.error('vault_versions_expire', { credential_id: id });
  return true;
}

/** Others wrote in Vault: makes sure that their next writes can't drop the active version. */
export async function keepRoom(
  ports: Pick<Ports, 'store'>,
  credential: Credential,
  { currentVersion, maxVersions }: StoredMetadata,
): Promise<void> {
  const room = roomFor(currentVersion - (credential.activeVersion ?? currentVersion) + 1);
  if (room > maxVersions) await ports.store.setMetadata(credential.vaultPath, { maxVersions: room });
}

export function lostRace(what: 'credential' | 'team' | 'user' = 'credential'): BrokerError {
  return new BrokerError('conflict', {
    detail: `Another request changed this ${what} at the same time. Read it again and repeat.`,
  });
}
