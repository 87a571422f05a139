import type { Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';

const SEEN = `
  insert into broker.worker_processes (id) values ($1)
  on conflict (id) do update set seen_at = now()`;

const FORGET = `delete from broker.worker_processes where seen_at < now() - make_interval(secs => $1)`;

/** By the clock of the database, so that those of the workers' machines don't matter. */
const UNLOCK = `
  with gone as (
    select distinct locked_by from graphile_worker.jobs j
    where locked_by is not null and locked_at < now() - make_interval(secs => $1)
      and not exists (select 1 from broker.worker_processes p where p.id = j.locked_by)
  ) select count(*)::integer as freed, graphile_worker.force_unlock_workers(array_agg(locked_by)) from gone
  having count(*) > 0`;

export interface JobLease {
  /** No more signs of life. */
  pause(): void;
  /** Says that the worker is gone; where Postgres is away that shows when the lease is over. Never rejects. */
  end(): Promise<void>;
}

/**
 * Writes the heartbeat of a worker, and frees the jobs of dead ones: by default the library waits four hours. A
 * worker that was only paused may then find its job done by another one.
 */
export async function keepAlive(
  { query, log, leaseMs }: { query: Query; log: Log; leaseMs: number },
  id: string,
): Promise<JobLease> {
  const seconds = leaseMs / 1000;
  const beat = async (): Promise<void> => {
    await query({ text: SEEN, values: [id] });
    await query({ text: FORGET, values: [seconds] });
    const [freed] = await query<{ freed: number }>({ text: UNLOCK, values: [seconds] });
    if (freed !== undefined) log.warn('jobs.freed', { workers: freed.freed });
  };
  await beat();
  const timer = setInterval(() => void beat().catch(() => log.warn('jobs.no_sign_of_life')), leaseMs / 6);
  return {
    pause: () => clearInterval(timer),
    async end() {
      clearInterval(timer);
      const gone = { text: 'delete from broker.worker_processes where id = $1', values: [id] };
      await query(gone).catch(() => log.warn('jobs.end_not_told'));
    },
  };
}
