import type { Task, TaskList } from 'graphile-worker';
import type pg from 'pg';
import { BrokerError } from '../../domain/errors.js';
import type { JobHandler, JobRunner } from '../../ports/jobs.js';
import type { Clock, Log } from '../../ports/runtime.js';
import { toSql } from './credentialRow.js';
import { keepAlive } from './jobLease.js';
import { type Query, queryOn } from './pools.js';

const CONCURRENCY = 8;
/** Waiting jobs are told at once; this is for those put off, and for a lost notification. */
const POLL_MS = 2_000;

export interface JobRunnerOptions {
  pool: pg.Pool;
  clock: Clock;
  log: Log;
  leaseMs: number;
}

/** Works off the queue with the library's workers. Rejects when the queue can't be reached or is not migrated. */
export async function startJobRunner(
  { pool, clock, log, leaseMs }: JobRunnerOptions,
  handlers: Readonly<Record<string, JobHandler>>,
): Promise<JobRunner> {
  const query = queryOn(pool);
  // Not before a worker is wanted: at its import the library looks for a file of settings in the working folder.
  const { Logger, runTaskList } = await import('graphile-worker');
  const tasks: TaskList = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [name, observed({ query, clock, log }, name, handler)]),
  );
  const shared = {
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    schema: 'graphile_worker',
    noHandleSignals: true,
    // Its texts may hold what others said; what matters is logged here by code.
    logger: new Logger(() => () => undefined),
  };
  await query({ text: 'select 1 from graphile_worker.jobs limit 1' });
  const workers = runTaskList(shared, tasks, pool);
  const lease = await keepAlive({ query, log, leaseMs }, workers.id);
  workers.promise.catch(() => log.error('jobs.stopped'));
  return {
    async stop() {
      await workers.gracefulShutdown();
      await lease.end();
    },
  };
}

/** Notes how each run went. What the queue keeps of an error is its code: a message may quote anything. */
function observed(
  { query, clock, log }: { query: Query; clock: Clock; log: Log },
  task: string,
  handler: JobHandler,
): Task {
  return async (payload, { job, abortSignal }) => {
    const startedAt = clock.now();
    let code = 'ok';
    let counts: Record<string, number> | null = null;
    try {
      counts = countsIn(await handler(payload, abortSignal ?? new AbortController().signal));
    } catch (error) {
      code = codeOf(error);
      log.error('job_failed', { job: task, error: code, attempt: job.attempts });
    }
    const durationMs = clock.now().getTime() - startedAt.getTime();
    await note(query, { task, startedAt, durationMs, code, counts });
    if (code !== 'ok') throw new Error(code);
  };
}

/** Numbers only: nothing else of what a task knows is kept. */
function countsIn(result: unknown): Record<string, number> | null {
  if (typeof result !== 'object' || result === null) return null;
  const numbers = Object.entries(result).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1]),
  );
  return Object.fromEntries(numbers);
}

function codeOf(error: unknown): string {
  if (error instanceof BrokerError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

const NOTE = `
  insert into broker.worker_tasks as known
    (task, runs, failures, last_started_at, last_duration_ms, last_code, last_ok_at, last_counts)
  values ($1, 1, $5, $2, $3, $4, $6, $7)
  on conflict (task) do update set runs = known.runs + 1, failures = known.failures + excluded.failures,
    last_started_at = excluded.last_started_at, last_duration_ms = excluded.last_duration_ms,
    last_code = excluded.last_code, last_ok_at = coalesce(excluded.last_ok_at, known.last_ok_at),
    last_counts = coalesce(excluded.last_counts, known.last_counts)`;

async function note(
  query: Query,
  run: {
    task: string;
    startedAt: Date;
    durationMs: number;
    code: string;
    counts: Record<string, number> | null;
  },
): Promise<void> {
  const ok = run.code === 'ok';
  const duration = Math.max(0, Math.min(run.durationMs, 2 ** 31 - 1));
  await query({
    text: NOTE,
    values: [
      run.task,
      run.startedAt,
      duration,
      run.code,
      ok ? 0 : 1,
      ok ? run.startedAt : null,
      toSql(run.counts),
    ],
  });
}
