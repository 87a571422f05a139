import { randomUUID } from 'node:crypto';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import { stateOf } from '../../domain/reconcile/discrepancy.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { RecordedVersion } from '../../ports/findings.js';
import type { StoredMetadata } from '../../ports/vault.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { notifyOwner } from '../notices/notifyOwner.js';
import { lostRace } from '../writing/writeVersion.js';

/** A version, and what has become of it in Vault. */
export type TurnedVersion = Pick<CredentialVersion, 'version' | 'state'>;

/** The recorded versions of which Vault says something else than what was known. */
export function turnedIn(
  recorded: readonly RecordedVersion[],
  metadata: StoredMetadata | null,
): TurnedVersion[] {
  return recorded
    .map((known) => ({ version: known.version, state: stateOf(known, metadata), before: known.state }))
    .filter(({ state, before }) => state !== before)
    .map(({ version, state }) => ({ version, state }));
}

/**
 * Marks them, audits them in one row, and notifies the owner of removed ones; the state of the active version is
 * reported as a finding, and what Vault drops past `max_versions` is not reported. Rejects with `conflict` if another
 * process was faster.
 */
export async function recordStates(
  tx: ChangeTx,
  row: Credential,
  turned: readonly TurnedVersion[],
): Promise<void> {
  if (turned.length === 0) return;
  if (!(await tx.setVersionStates(row.id, [...turned]))) throw lostRace();
  const details: Record<string, number[]> = {};
  for (const { version, state } of turned) details[state] = [...(details[state] ?? []), version];
  tx.audit(
    auditEvent(systemCall(), 'credential.versions_changed_in_vault', 'allowed', {
      credentialId: row.id,
      details,
    }),
  );
  const removed = turned.filter(
    ({ version, state }) => (state === 'deleted' || state === 'destroyed') && version !== row.activeVersion,
  );
  if (removed.length === 0) return;
  const versions = removed.map(({ version, state }) => `${version} ${state}`).join(', ');
  await notifyOwner(tx, row, 'versions_gone', { id: randomUUID(), facts: { versions } });
}
