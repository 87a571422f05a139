import type { ChainHead } from '../../../domain/audit/auditChain.js';
import type { NumberedCheckpoint } from '../../../ports/auditTrail.js';
import type { Query } from '../core/pools.js';

/** To the microsecond, whatever time zone the session has. */
export const EXACT_AT = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

export const COLUMNS = `number, coalesce(${EXACT_AT}, '') as at, payload, signature, number::text as key`;

/**
 * The last rows between two moments, chain by chain along the primary keys, so that it costs by the number of chains, not of rows. The moments
 * must be beginnings of months: so a partition is looked at as a whole or not at all, and no chain is walked along.
 */
const HEADS = `
  with recursive names as (
    (select min(chain) as chain from broker.audit_events where at >= $1 and at < $2)
    union all
    select (select min(e.chain) from broker.audit_events e where e.chain > names.chain and e.at >= $1 and e.at < $2)
    from names where names.chain is not null
  )
  select head.* from names cross join lateral (
    select e.chain, e.seq, e.hash, e.mac, e.at from broker.audit_events e
    where e.chain = names.chain and e.at >= $1 and e.at < $2 order by e.seq desc limit 1) head
  where names.chain is not null order by head.chain`;

/** The last row of a chain, as it is stored. */
export interface StoredHead extends ChainHead {
  mac: string | null;
  at: Date;
}

/** Both moments must be beginnings of months, or infinite. */
export async function headsBetween(
  query: Query,
  from: Date | '-infinity',
  to: Date | 'infinity',
): Promise<StoredHead[]> {
  return await query<StoredHead>({ text: HEADS, values: [from, to] });
}

/** Those after a number, oldest first. */
export async function checkpointsAfter(
  query: Query,
  { after, limit }: { after: string; limit: number },
): Promise<NumberedCheckpoint[]> {
  return await query<NumberedCheckpoint>({
    text: `select ${COLUMNS} from broker.audit_checkpoints where number > $1::bigint order by number limit $2`,
    values: [after, limit],
  });
}

/** Those before a number, or all, newest first. */
export async function checkpointsBefore(
  query: Query,
  { before, limit }: { before: string | null; limit: number },
): Promise<NumberedCheckpoint[]> {
  return await query<NumberedCheckpoint>({
    text: `select ${COLUMNS} from broker.audit_checkpoints
           where $1::bigint is null or number < $1::bigint order by number desc limit $2`,
    values: [before, limit],
  });
}

export async function databaseNow(query: Query): Promise<Date> {
  const text = 'select clock_timestamp() as now';
  return (await query<{ now: Date }>({ text }))[0]?.now as Date;
}
