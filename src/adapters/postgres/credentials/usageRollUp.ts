import type { Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';

/** Rows that committed later than this after their time are left out; lists find them all the same. */
const LATE = '2 minutes';

/** From where the last one ended; of two processes that do it at once, one does it. */
const ROLL_UP = `
  with mine as (select pg_try_advisory_xact_lock(hashtext('broker.credential_last_use')) as locked),
  used as (
    select u.credential_id, max(u.used_at) as at from broker.credential_usage u
    where u.used_at >= (select max(last_used_at) - interval '${LATE}' from broker.credential_last_use)
      and (select locked from mine)
    group by u.credential_id
  )
  update broker.credential_last_use l set last_used_at = used.at from used
  where used.credential_id = l.credential_id and l.last_used_at < used.at`;

/** Brings "last used" up to date with the usage rows. Never rejects: until the next one lists are slower, not wrong. */
export async function rollUpUsage(query: Query, log: Log): Promise<void> {
  try {
    await query({ text: ROLL_UP });
  } catch {
    log.error('postgres.usage_roll_up_failed');
  }
}
