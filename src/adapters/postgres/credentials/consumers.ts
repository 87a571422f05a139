import type { Consumer } from '../../../ports/credentials.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';

const MOST_CONSUMERS = 200;
/** The newest rows that are counted: as many as are read in the time that a page takes. */
const MOST_ROWS = 50_000;

const CONSUMERS = `
  with latest as materialized (
    select used_by, caller, used_at, reported, success from broker.credential_usage
    where credential_id = $1 and used_at >= $2 order by used_at desc limit ${MOST_ROWS}
  )
  select case when (select count(*) from latest) < ${MOST_ROWS} then $2::timestamptz
      else (select min(used_at) from latest) end as since,
    used_by as "usedBy", caller, max(used_at) as "lastUsedAt",
    (count(*) filter (where success and not reported))::int as uses,
    (count(*) filter (where not success))::int as failures
  from latest group by used_by, caller order by max(used_at) desc, used_by, caller limit ${MOST_CONSUMERS}`;

/** Who used a credential since then. */
export async function consumersOf(
  query: Query,
  credentialId: string,
  since: Date,
): Promise<{ since: Date; items: Consumer[] }> {
  const values = [uuidOrNull(credentialId), since];
  const rows = await query<Consumer & { since: Date }>({ text: CONSUMERS, values });
  return { since: rows[0]?.since ?? since, items: rows.map(({ since: _, ...item }) => item) };
}
