import { EventEmitter } from 'node:events';
import type { WorkerEvents, WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import { withTimeout } from '../../../domain/async.js';
import type { JobHandlers } from '../../../ports/jobs.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import { queryOn } from '../core/pools.js';
import { keepAlive } from './jobLease.js';
import { observedTasks } from './observedTasks.js';

const CONCURRENCY = 8;
/** Waiting jobs are announced immediately; this is for delayed ones, and for a lost notification. */
const POLL_MS = 2_000;
/** By then the queue knows that a job is done, and the next one of its lane can be taken. */
const TOLD_MS = 10;
/** Longer than a test of a credential may take. */
const GRACE_MS = 15_000;
/** For the library's own tidying behind that. */
const TIDY_MS = 3_000;

export interface JobRunnerOptions {
  pool: pg.Pool;
  clock: Clock;
  log: Log;
  leaseMs: number;
}

/** The library's workers from their start to the first time that they can't report to the queue how a job went. */
export interface JobLife {
  /** Resolves when they take no more work. */
  broken: Promise<void>;
  /**
   * Takes no more jobs, signals the running ones to end, waits 15 s for them, and resolves with the id under which
   * jobs may still be locked; undefined if some still run. Never rejects.
   */
  end(): Promise<string | undefined>;
}

/** Rejects when the queue can't be reached or is not migrated. */
export async function startJobLife(
  { pool, clock, log, leaseMs }: JobRunnerOptions,
  handlers: JobHandlers,
): Promise<JobLife> {
  const query = queryOn(pool);
  // Not before a worker is wanted: at its import the library looks for a file of settings in the working folder.
  const { Logger, runTaskList } = await import('graphile-worker');
  await query({ text: 'select 1 from graphile_worker.jobs limit 1' });
  const ending = new AbortController();
  const { signal } = ending;
  // Otherwise a free worker looks at the lane again only at its next poll.
  const queueMoved = () => void setTimeout(() => nudge(workers, signal), TOLD_MS);
  const { tasks, running } = observedTasks({ query, clock, log, signal, queueMoved }, handlers);
  const events: WorkerEvents = new EventEmitter();
  const shared = {
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    schema: 'graphile_worker',
    noHandleSignals: true,
    // Its texts may hold what others said; what matters is logged here by code.
    logger: new Logger(() => () => undefined),
    events,
    // Without a delay it awaits nobody's answer to "done" and "failed": no Postgres for a moment would end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  };
  const workers = runTaskList(shared, tasks, pool);
  const broken = new Promise<void>((resolve) => {
    events.once('pool:fatalError', () => resolve());
    workers.promise.then(resolve, () => resolve());
  });
  const shutDown = async (): Promise<void> => {
    ending.abort();
    const ended = Promise.resolve(workers.gracefulShutdown()).catch(() => undefined);
    // The library may wait for ever for an answer that was lost, so what counts is that no handler runs.
    const handled = Promise.race([ended, Promise.allSettled([...running])]);
    await withTimeout<unknown>(GRACE_MS, handled, () => undefined);
    await withTimeout<unknown>(TIDY_MS, ended, () => undefined);
  };
  const lease = await keepAlive({ query, log, leaseMs }, workers.id).catch(async (error: unknown) => {
    await shutDown();
    throw error;
  });
  return {
    broken,
    async end() {
      lease.pause();
      await shutDown();
      await lease.end();
      return running.size === 0 ? workers.id : undefined;
    },
  };
}

/** The library asserts that no worker has ended; one that just did needs no nudge. */
function nudge(workers: WorkerPool, { aborted }: AbortSignal): void {
  try {
    if (!aborted) workers.nudge(1);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AssertionError') throw error;
  }
}
