import { type Credential, restorableUntil } from '../../domain/credentials/credential.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import type { Destroyer } from '../../ports/vault.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { lostRace } from '../writing/writeVersion.js';

const PAGE = 200;

/** True for what was deleted so long ago that nobody can restore it, and for what a person marked. */
export function isToDestroy(row: Credential, now: Date): boolean {
  return row.status === 'destroying' || (row.status === 'deleted' && restorableUntil(row) < now);
}

/** Marks what can't be restored any more; the destroyer removes it. `conflict`: it was restored meanwhile. */
export async function markForDestruction(
  { clock, changes }: Pick<Ports, 'clock' | 'changes'>,
  row: Credential,
): Promise<void> {
  const now = clock.now();
  await changes.run(async (tx) => {
    const current = await tx.lock(row.id);
    if (current === null || !isToDestroy(current, now)) throw lostRace();
    if (current.status === 'destroying') return;
    tx.audit(destruction(row.id, 'marked'));
    await tx.updateCredential(row.id, { status: 'destroying' }, 'system', now);
  });
}

/**
 * Removes from Vault what is marked, and says so; each step can be repeated, and one that fails keeps none of the others.
 * Removes nothing while the reconciliation only reports, as after a restore.
 */
export async function destroyMarked(
  ports: Pick<Ports, 'clock' | 'log' | 'changes' | 'records' | 'findings'>,
  destroyer: Destroyer,
): Promise<{ destroyed: number; failed: number; waiting: number }> {
  const reportOnly = await ports.findings.reportOnly();
  const counts = { destroyed: 0, failed: 0 };
  const pauses = reportOnly !== null && reportOnly.until > ports.clock.now();
  for (let after: string | null = null; !pauses; ) {
    const rows: Credential[] = await ports.records.toDestroy(after, PAGE);
    for (const row of rows) counts[await destroyOne(ports, destroyer, row)] += 1;
    after = rows.at(-1)?.id ?? null;
    if (after === null) break;
  }
  return { ...counts, waiting: await ports.records.destructionsWaiting() };
}

async function destroyOne(
  { clock, log, changes }: Pick<Ports, 'clock' | 'log' | 'changes'>,
  destroyer: Destroyer,
  row: Credential,
): Promise<'destroyed' | 'failed'> {
  try {
    await destroyer.destroy(row.vaultPath);
    await changes.run(async (tx) => {
      tx.audit(destruction(row.id, 'done'));
      await tx.updateCredential(row.id, { status: 'destroyed' }, 'system', clock.now());
    });
    return 'destroyed';
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    log.error('destroy_failed', { credential_id: row.id, code: error.code });
    return 'failed';
  }
}

function destruction(credentialId: string, step: 'marked' | 'done') {
  return auditEvent(systemCall(), 'credential.destroy', 'allowed', { credentialId, details: { step } });
}
