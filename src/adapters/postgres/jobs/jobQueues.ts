import type pg from 'pg';
import { translate } from '../core/errors.js';
import { queryOn } from '../core/pools.js';

/** Who adds a job meanwhile waits: else it could name a queue that goes, and would never run. */
const LOCK = 'lock table graphile_worker._private_job_queues in share row exclusive mode';

const FORGET = `
  delete from graphile_worker._private_job_queues q
  where q.locked_at is null
    and not exists (select 1 from graphile_worker._private_jobs j where j.job_queue_id = q.id)
  returning 1`;

/**
 * Removes queues without a job; how many. Rejects when others hold the table for over a second. The library's own
 * `GC_JOB_QUEUES` takes no lock.
 */
export async function forgetQueues(pool: pg.Pool): Promise<number> {
  const client = await pool.connect().catch((error: unknown) => {
    throw translate(error);
  });
  let done = false;
  try {
    const query = queryOn(client);
    await query({ text: 'begin' });
    await query({ text: `set local lock_timeout = '1s'` });
    await query({ text: LOCK });
    const gone = await query({ text: FORGET });
    await query({ text: 'commit' });
    done = true;
    return gone.length;
  } finally {
    // Without its connection a transaction ends, too.
    client.release(!done);
  }
}
