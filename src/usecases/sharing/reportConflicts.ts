import type { CallContext } from '../../domain/access/caller.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { conflictNotices, type EnvironmentConflict } from './offerNotices.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'changes'>;

/** What this process put already, so that most reads of an environment with conflicts ask nothing. */
const known = new Set<string>();
const MOST_KNOWN = 10_000;

/**
 * Puts a notice to the receiver for each variable that several credentials claim, once. Never rejects: the environment is
 * served whatever becomes of the notices.
 */
export async function reportConflicts(
  ports: Needs,
  call: CallContext,
  conflicts: readonly EnvironmentConflict[],
): Promise<void> {
  const notices = conflictNotices(call.caller.principal, conflicts).filter(
    ({ period }) => !known.has(period),
  );
  if (notices.length === 0) return;
  try {
    const fresh = await ports.records.newNotices(notices, ports.clock.now());
    if (fresh.length > 0) {
      await ports.changes.run(async (tx) => {
        await tx.notices(fresh);
        const details = { kind: 'variable_conflict', notices: fresh.length };
        tx.audit(auditEvent(call, 'notice.create', 'allowed', { details }));
      });
    }
    if (known.size > MOST_KNOWN) known.clear();
    for (const { period } of notices) known.add(period);
  } catch (error) {
    ports.log.warn('conflict_notice_failed', {
      request_id: call.requestId,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
