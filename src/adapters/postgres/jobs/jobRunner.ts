import type { JobHandlers, JobRunner } from '../../../ports/jobs.js';
import { queryOn } from '../core/pools.js';
import { type JobLife, type JobRunnerOptions, startJobLife } from './jobLife.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What dead workers of this process held is free again; none of it runs any more. */
const FREE = 'select graphile_worker.force_unlock_workers($1::text[])';

/**
 * Works off the queue until it is stopped. When Postgres goes away the workers end, and new ones begin when it is back.
 * Rejects when the queue can't be reached at the start, or is not migrated.
 */
export async function startJobRunner(options: JobRunnerOptions, handlers: JobHandlers): Promise<JobRunner> {
  const stopping = new AbortController();
  const stopped = aborted(stopping.signal);
  let life: JobLife | undefined = await startJobLife(options, handlers);
  const begin = () => startJobLife(options, handlers);
  const supervised = (async () => {
    while (life !== undefined) {
      await Promise.race([life.broken, stopped]);
      if (!stopping.signal.aborted) options.log.error('jobs.stopped');
      const left = await life.end();
      if (left !== undefined) await free(options, left);
      life = await again(begin, stopped, () => stopping.signal.aborted);
      if (life === undefined) return;
      if (left !== undefined) await free(options, left);
      options.log.info('jobs.started_again');
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await supervised;
    },
  };
}

/** Tries later and later, with chance, until it succeeds; undefined when that is not wanted any more. */
async function again(
  begin: () => Promise<JobLife>,
  stopped: Promise<void>,
  isStopped: () => boolean,
): Promise<JobLife | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
    if (isStopped()) return undefined;
    await pause(pauseMs * (0.5 + Math.random()), stopped);
    if (isStopped()) return undefined;
    const life = await begin().catch(() => undefined);
    if (life !== undefined) return life;
  }
}

async function pause(ms: number, stopped: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([over, stopped]).finally(() => clearTimeout(timer));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Where Postgres is away it is done later: here at the next start, or by others when the lease is over. */
async function free({ pool, log }: JobRunnerOptions, id: string): Promise<void> {
  await queryOn(pool)({ text: FREE, values: [[id]] }).catch(() => log.warn('jobs.not_freed'));
}
