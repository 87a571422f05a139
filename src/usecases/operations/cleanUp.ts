import { droppedBefore, type RetentionPolicy } from '../../domain/audit/retention.js';
import { STATES_DAYS } from '../../domain/testing/health.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { AgedTable, MonthlyTable } from '../../ports/operations.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import type { MarkerReader } from '../reconcile/restoreMarker.js';
import { proveAudit } from './audit.js';

type Needs = Pick<Ports, 'log' | 'changes' | 'retention' | 'auditVerifier' | 'findings'> & MarkerReader;

/**
 * Days that finished rows are kept. Notices outlast everything that could be sent again, since they record that it
 * was sent; deliveries are removed before them.
 */
const AGES: readonly (readonly [AgedTable, number])[] = [
  ['bulk_jobs', 30],
  ['events', 30],
  ['notification_deliveries', 90],
  ['notifications', 400],
  ['write_intents', 90],
  ['idempotency_keys', 2],
  ['sessions', 30],
  ['used_once', 1],
  ['refusal_counts', 90],
  ['reports', 800],
  ['vault_findings', 400],
];

/** Postgres refuses to delete younger states, and its clock may be behind ours. */
const CLOCK_DAYS = 1;

/** Jobs that were given up can be looked at for so long. */
const DEAD_JOBS_DAYS = 7;

/** Removes what is old enough; how much of each. A part that can't be done now stops no other; then it is tried again as a whole. */
export async function cleanUp(
  ports: Needs & Pick<Ports, 'clock' | 'jobs'>,
  policy: RetentionPolicy,
): Promise<Record<string, number>> {
  const now = ports.clock.now();
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const counts: Record<string, number> = { jobs: await ports.jobs.forgetDead(daysAgo(DEAD_JOBS_DAYS)) };
  const wrong: unknown[] = [];
  const part = async (name: string, work: () => Promise<number>): Promise<void> => {
    try {
      counts[name] = await work();
    } catch (error) {
      ports.log.error('clean_up_failed', { part: name });
      wrong.push(error);
    }
  };
  for (const [table, days] of AGES) await part(table, () => ports.retention.forget(table, daysAgo(days)));
  await part('credential_states', () => ports.retention.forgetStates(daysAgo(STATES_DAYS + CLOCK_DAYS)));
  const months: [MonthlyTable, number][] = [
    ['credential_usage', policy.usageMonths],
    ['test_runs', policy.testsMonths],
    ['audit_events', policy.auditMonths],
  ];
  for (const [table, kept] of months) {
    const before = droppedBefore(now, kept);
    await part(`${table}_months`, async () =>
      before === null ? 0 : (await dropMonths(ports, table, before)).length,
    );
  }
  // Last, since it waits for transactions that add jobs.
  counts['job_queues'] = await forgetQueues(ports);
  if (wrong.length > 0) throw wrong[0];
  return counts;
}

/** Those that stay go the next night. */
async function forgetQueues({ jobs, log }: Pick<Ports, 'jobs' | 'log'>): Promise<number> {
  try {
    return await jobs.forgetQueues();
  } catch {
    log.warn('job_queues_kept');
    return 0;
  }
}

async function dropMonths(ports: Needs, table: MonthlyTable, before: Date): Promise<string[]> {
  if ((await ports.retention.monthsBefore(table, before)) === 0) return [];
  if (table === 'audit_events' && !(await isProven(ports))) return [];
  const months = await ports.retention.dropMonths(table, before);
  const details = { table, months };
  await ports.changes.run(async (tx) =>
    tx.audit(auditEvent(systemCall(), 'retention.drop', 'allowed', { details })),
  );
  return months;
}

/** An audit that does not hold is evidence: nothing of it goes. */
async function isProven(ports: Needs): Promise<boolean> {
  const { ok, problemCount } = await proveAudit(ports);
  if (!ok) ports.log.error('audit_kept', { problems: problemCount });
  return ok;
}
