import type { JobsStatus } from '../../../ports/jobs.js';
import type { Query, Row } from '../core/pools.js';

const QUEUE = `
  select count(*) filter (where locked_at is null and attempts < max_attempts and run_at <= now()) as waiting,
    count(*) filter (where locked_at is null and attempts < max_attempts and run_at > now()) as later,
    count(*) filter (where locked_at is not null) as running,
    count(*) filter (where locked_at is null and attempts >= max_attempts) as dead,
    coalesce(extract(epoch from now() - min(run_at)
      filter (where locked_at is null and attempts < max_attempts and run_at <= now())), 0) as lag
  from graphile_worker.jobs`;

const WORKERS = `
  select * from broker.worker_processes where seen_at > now() - make_interval(secs => $1) order by started_at, id`;

/** How the queue stands now. */
export async function jobsStatus(query: Query, leaseMs: number): Promise<JobsStatus> {
  const [queue = {}] = await query({ text: QUEUE });
  const workers = await query({ text: WORKERS, values: [leaseMs / 1000] });
  const schedules = await query({ text: 'select * from broker.worker_schedules order by name' });
  const tasks = await query({ text: 'select * from broker.worker_tasks order by task' });
  return {
    waiting: Number(queue['waiting']),
    later: Number(queue['later']),
    running: Number(queue['running']),
    dead: Number(queue['dead']),
    lagSeconds: Math.round(Number(queue['lag'])),
    workers: workers.map(
      (row) =>
        ({ id: row['id'], startedAt: row['started_at'], seenAt: row['seen_at'] }) as JobsStatus['workers'][0],
    ),
    schedules: schedules.map(toSchedule),
    tasks: tasks.map(toTask),
  };
}

function toSchedule(row: Row): JobsStatus['schedules'][0] {
  return {
    name: row['name'],
    expression: row['expression'],
    timezone: row['timezone'],
    nextDueAt: row['next_due_at'],
    lastDueAt: row['last_due_at'],
  } as JobsStatus['schedules'][0];
}

function toTask(row: Row): JobsStatus['tasks'][0] {
  return {
    task: row['task'],
    runs: Number(row['runs']),
    failures: Number(row['failures']),
    lastStartedAt: row['last_started_at'],
    lastDurationMs: row['last_duration_ms'],
    lastCode: row['last_code'],
    lastOkAt: row['last_ok_at'],
    lastCounts: row['last_counts'],
  } as JobsStatus['tasks'][0];
}
