import type { Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';

/** Months ahead below which an operator must look: the function that creates partitions creates twelve. */
const ALARM_MONTHS = 2;

const MONTHS_AHEAD = `
  select count(*)::integer as months from generate_series(1, 12) m
  where to_regclass('broker.audit_events_' ||
    to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => m), 'YYYY_MM')) is not null`;

/** Creates the partitions of the coming months. Never rejects: a failure is logged, and there is a year to fix it. */
export async function keepPartitions(query: Query, log: Log): Promise<void> {
  try {
    const [made] = await query({ text: 'select broker.ensure_partitions() as made' });
    const [ahead] = await query({ text: MONTHS_AHEAD });
    const months = Number(ahead?.['months'] ?? 0);
    if (months < ALARM_MONTHS) log.error('postgres.partitions_low', { months });
    else if (Number(made?.['made']) > 0)
      log.info('postgres.partitions_made', { made: Number(made?.['made']) });
  } catch {
    log.error('postgres.partitions_failed');
  }
}
