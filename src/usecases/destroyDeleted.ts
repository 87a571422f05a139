import { type Credential, restorableUntil } from '../domain/credential.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { systemCall } from './systemCall.js';
import { lostRace } from './writeVersion.js';

/** True for what was deleted so long ago that nobody can restore it, and for what somebody marked himself. */
export function isToDestroy(row: Credential, now: Date): boolean {
  return row.status === 'destroying' || (row.status === 'deleted' && restorableUntil(row) < now);
}

/** Marks it, removes it from Vault, and says so; each step can be repeated. `conflict`: it was restored meanwhile. */
export async function destroyDeleted(
  { clock, changes, store }: Pick<Ports, 'clock' | 'changes' | 'store'>,
  row: Credential,
): Promise<void> {
  const now = clock.now();
  const audited = (step: string) =>
    auditEvent(systemCall(), 'credential.destroy', 'allowed', { credentialId: row.id, details: { step } });
  if (row.status === 'deleted') {
    await changes.run(async (tx) => {
      const current = await tx.lock(row.id);
      if (current === null || !isToDestroy(current, now)) throw lostRace();
      tx.audit(audited('marked'));
      await tx.updateCredential(row.id, { status: 'destroying' }, 'system', now);
    });
  }
  await store.destroy(row.vaultPath);
  await changes.run(async (tx) => {
    tx.audit(audited('done'));
    await tx.updateCredential(row.id, { status: 'destroyed' }, 'system', now);
  });
}
