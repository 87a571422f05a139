import { BrokerError } from '../../../domain/errors.js';
import type { AgedTable, Retention } from '../../../ports/operations.js';
import type { Query, SqlValue } from '../core/pools.js';
import { type CheckpointParts, writeCheckpoint } from './checkpoints.js';

/** What has ended, and when. Of notices those go whose deliveries went. */
const ENDED: Readonly<Record<AgedTable, string>> = {
  // Their items go with them.
  bulk_jobs: 'ended_at < $1',
  // Only from the beginning, so that a slow reader can see that some are missing.
  events: 'number <= (select max(number) from broker.events where at < $1)',
  notification_deliveries: `state <> 'pending' and coalesce(sent_at, next_attempt_at) < $1`,
  notifications: `sent_at < $1 and not exists
    (select 1 from broker.notification_deliveries d where d.notification_id = notifications.id)`,
  write_intents: 'closed_at < $1',
  idempotency_keys: 'created_at < $1 and locked_until < $1',
  sessions: 'least(expires_at, revoked_at) < $1',
  used_once: 'expires_at < $1',
  refusal_counts: 'minute < $1',
  reports: 'made_at < $1',
  vault_findings: 'resolved_at < $1',
};

/** Names are compared as text: the planner may look at those of other tables first, and they are no dates. */
const MONTHS = `
  select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = ('broker.' || $1)::regclass
    and right(c.relname, 7) < to_char($2::timestamptz at time zone 'UTC', 'YYYY_MM')`;

/** Rows that one statement removes: after a long stop there are very many. */
const AT_ONCE = 5_000;

/** Another process may sign a checkpoint at the same moment. */
const TRIES = 3;

export function postgresRetention(query: Query, parts: CheckpointParts): Retention {
  const countOf = async (text: string, values: SqlValue[]): Promise<number> =>
    (await query<{ count: number }>({ text, values }))[0]?.count ?? 0;
  return {
    monthsBefore: (table, before) => countOf(MONTHS, [table, before]),
    async dropMonths(table, before) {
      if (table === 'audit_events') await signDropped(query, parts, before);
      // Together or not at all: what is dropped must be reported, by the process that dropped it.
      const checkpoints = table === 'audit_events' ? 'broker.drop_checkpoints($2), ' : '';
      const text = `select ${checkpoints}broker.drop_partitions($1, $2) as dropped`;
      const [row] = await query<{ dropped: string[] | null }>({ text, values: [table, before] });
      return row?.dropped ?? [];
    },
    async forget(table, before) {
      const text = `with gone as (
          delete from broker.${table} where ctid = any (array(
            select ctid from broker.${table} where ${ENDED[table]} limit ${AT_ONCE})) returning 1
        ) select count(*) from gone`;
      let all = 0;
      for (;;) {
        const many = await countOf(text, [before]);
        all += many;
        if (many < AT_ONCE) return all;
      }
    },
    forgetStates: (before) => countOf('select broker.forget_states($1) as count', [before]),
  };
}

async function signDropped(query: Query, parts: CheckpointParts, droppedBefore: Date): Promise<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const { newest } = await writeCheckpoint(query, parts, { keyed: false, droppedBefore });
    if (newest !== null) return;
  }
  throw new BrokerError('records_unavailable', {
    detail: 'The records database is not available right now.',
    log: 'no checkpoint could be written',
  });
}
