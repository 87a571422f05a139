import type { JobHelpers, Task, TaskList } from 'graphile-worker';
import { BrokerError } from '../../../domain/errors.js';
import { checkPayload } from '../../../domain/operations/workerTasks.js';
import type { JobHandlers } from '../../../ports/jobs.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';
import { toSql } from '../core/values.js';

export interface Observing {
  query: Query;
  clock: Clock;
  log: Log;
  /** Raised when the worker is to end. */
  signal: AbortSignal;
  /** Called after each run of a job that others of its queue wait for. */
  queueMoved(): void;
}

type Handler = (payload: unknown, signal: AbortSignal) => Promise<unknown>;

/** The handlers as the library calls them, and those runs of them that have not ended. */
export function observedTasks(
  observing: Observing,
  handlers: JobHandlers,
): { tasks: TaskList; running: ReadonlySet<Promise<void>> } {
  const running = new Set<Promise<void>>();
  const counted =
    (task: Task): Task =>
    async (payload, helpers) => {
      const run = Promise.resolve(task(payload, helpers)).then(() => undefined);
      running.add(run);
      return run.finally(() => {
        running.delete(run);
        if (helpers.job.job_queue_id !== null) observing.queueMoved();
      });
    };
  // Each handler gets only jobs of its task, with a checked payload.
  const tasks = Object.entries(handlers as Record<string, Handler>).map(
    ([name, handler]) => [name, counted(observed(observing, name, handler))] as const,
  );
  return { tasks: Object.fromEntries(tasks), running };
}

/** Notes how each run went. What the queue keeps of an error is its code: a message may quote anything. */
function observed({ query, clock, log, signal }: Observing, task: string, handler: Handler): Task {
  return async (payload, { job }) => {
    // Taken in the moment in which the worker ends: another one does it.
    if (signal.aborted) throw new Error('stopping');
    const startedAt = clock.now();
    let code = 'ok';
    let counts: Record<string, number> | null = null;
    try {
      checkPayload(task, payload);
      counts = countsIn(await handler(payload, signal));
    } catch (error) {
      code = codeOf(error);
      log.error('job_failed', { job: task, error: code, attempt: job.attempts });
    }
    const durationMs = clock.now().getTime() - startedAt.getTime();
    await noted({ query, log }, job, { task, startedAt, durationMs, code, counts });
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

interface Run {
  task: string;
  startedAt: Date;
  durationMs: number;
  code: string;
  counts: Record<string, number> | null;
}

const NOTE = `
  insert into broker.worker_tasks as known
    (task, runs, failures, last_started_at, last_duration_ms, last_code, last_ok_at, last_counts)
  values ($1, 1, $5, $2, $3, $4, $6, $7)
  on conflict (task) do update set runs = known.runs + 1, failures = known.failures + excluded.failures,
    last_started_at = excluded.last_started_at, last_duration_ms = excluded.last_duration_ms,
    last_code = excluded.last_code, last_ok_at = coalesce(excluded.last_ok_at, known.last_ok_at),
    last_counts = coalesce(excluded.last_counts, known.last_counts)`;

/**
 * The library adds e^attempts seconds to the later of now and `run_at`: moving that on by up to half as much spreads
 * what failed together. Its own function for that refuses jobs that run.
 */
const SPREAD = `
  update graphile_worker._private_jobs
  set run_at = now() + random() * 0.5 * exp(least(attempts, 10)) * interval '1 second' where id = $1`;

/** Never rejects: what was done stays done, also where that can't be noted. */
async function noted(
  { query, log }: { query: Query; log: Log },
  job: JobHelpers['job'],
  run: Run,
): Promise<void> {
  const ok = run.code === 'ok';
  const duration = Math.max(0, Math.min(run.durationMs, 2 ** 31 - 1));
  const okAt = ok ? run.startedAt : null;
  const failed = ok ? 0 : 1;
  const values = [run.task, run.startedAt, duration, run.code, failed, okAt, toSql(run.counts)];
  try {
    if (!ok) await query({ text: SPREAD, values: [job.id] });
    await query({ text: NOTE, values });
  } catch {
    log.warn('jobs.run_not_noted', { job: run.task });
  }
}
