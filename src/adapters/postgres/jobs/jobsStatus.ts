import type { JobsStatus, ScheduleStatus, TaskStatus } from '../../../ports/jobs.js';
import type { Query } from '../core/pools.js';

const QUEUE = `
  select count(*) filter (where locked_at is null and attempts < max_attempts and run_at <= now()) as waiting,
    count(*) filter (where locked_at is null and attempts < max_attempts and run_at > now()) as later,
    count(*) filter (where locked_at is not null) as running,
    count(*) filter (where locked_at is null and attempts >= max_attempts) as dead,
    coalesce(extract(epoch from now() - min(run_at)
      filter (where locked_at is null and attempts < max_attempts and run_at <= now())), 0)::float8 as lag
  from graphile_worker.jobs`;

const WORKERS = `
  select id, started_at as "startedAt", seen_at as "seenAt" from broker.worker_processes where seen_at > now() - make_interval(secs => $1) order by started_at, id`;

const SCHEDULES = `
  select name, expression, timezone, next_due_at as "nextDueAt", last_due_at as "lastDueAt"
  from broker.worker_schedules order by name`;

const TASKS = `
  select task, runs, failures, last_started_at as "lastStartedAt", last_duration_ms as "lastDurationMs",
    last_code as "lastCode", last_ok_at as "lastOkAt", last_counts as "lastCounts"
  from broker.worker_tasks order by task`;

interface QueueRow extends Pick<JobsStatus, 'waiting' | 'later' | 'running' | 'dead'> {
  lag: number;
}
const NO_QUEUE: QueueRow = { waiting: 0, later: 0, running: 0, dead: 0, lag: 0 };

/** The current state of the queue. */
export async function jobsStatus(query: Query, leaseMs: number): Promise<JobsStatus> {
  const [queue = NO_QUEUE] = await query<QueueRow>({ text: QUEUE });
  const { lag, ...counts } = queue;
  return {
    ...counts,
    lagSeconds: Math.round(lag),
    workers: await query<JobsStatus['workers'][0]>({ text: WORKERS, values: [leaseMs / 1000] }),
    schedules: await query<ScheduleStatus>({ text: SCHEDULES }),
    tasks: await query<TaskStatus>({ text: TASKS }),
  };
}
