import { droppedBefore, type RetentionPolicy } from '../domain/retention.js';
import type { AgedTable, MonthlyTable } from '../ports/retention.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { systemCall } from './users.js';

const DAY_MS = 86_400_000;

/**
 * Days that what has ended is kept. Notices outlast all that could be told again, since they tell that it was told;
 * deliveries go before them.
 */
const AGES: readonly (readonly [AgedTable, number])[] = [
  ['events', 30],
  ['notification_deliveries', 90],
  ['notifications', 400],
  ['write_intents', 90],
  ['idempotency_keys', 2],
  ['sessions', 30],
  ['refusal_counts', 90],
  ['reports', 800],
  ['vault_findings', 400],
];

/** Jobs that were given up can be looked at for so long. */
const DEAD_JOBS_DAYS = 7;

/** Removes what is old enough; how much of each. Tried again as a whole when one part can't be done now. */
export async function cleanUp(
  ports: Pick<Ports, 'clock' | 'log' | 'changes' | 'jobs' | 'retention'>,
  policy: RetentionPolicy,
): Promise<Record<string, number>> {
  const now = ports.clock.now();
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const counts: Record<string, number> = { jobs: await ports.jobs.forgetDead(daysAgo(DEAD_JOBS_DAYS)) };
  for (const [table, days] of AGES) counts[table] = await ports.retention.forget(table, daysAgo(days));
  const months: [MonthlyTable, number][] = [
    ['credential_usage', policy.usageMonths],
    ['test_runs', policy.testsMonths],
    ['audit_events', policy.auditMonths],
  ];
  for (const [table, kept] of months) {
    const before = droppedBefore(now, kept);
    const dropped = before === null ? [] : await dropMonths(ports, table, before);
    counts[`${table}_months`] = dropped.length;
  }
  ports.log.info('cleaned_up', counts);
  return counts;
}

async function dropMonths(
  ports: Pick<Ports, 'changes' | 'retention'>,
  table: MonthlyTable,
  before: Date,
): Promise<string[]> {
  const dropped = await ports.retention.dropMonths(table, before);
  if (dropped.length > 0)
    await ports.changes.run(async (tx) =>
      tx.audit(
        auditEvent(systemCall(), 'retention.drop', 'allowed', { details: { table, months: dropped } }),
      ),
    );
  return dropped;
}
