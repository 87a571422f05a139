import { Counter, Gauge, type Registry } from 'prom-client';
import type { JobsStatus } from '../ports/jobs.js';
import type { Ports } from '../ports.js';
import { within } from './readiness.js';

const FRESH_MS = 5_000;
/** A scrape must not wait for a Postgres that stands still: what else it has to tell is wanted just then. */
const WITHIN_MS = 1_000;

/** The queue as Postgres tells it, so that any process of the API answers for all workers. */
export function addJobMetrics(
  registry: Registry,
  ports: Pick<Ports, 'clock' | 'jobs' | 'log' | 'outbox'>,
): void {
  const registers = [registry];
  const status = cachedStatus(ports);
  new Gauge({
    name: 'broker_jobs',
    help: 'Jobs by state: waiting, later, running, dead (given up)',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const known = await status();
      for (const state of ['waiting', 'later', 'running', 'dead'] as const)
        if (known !== undefined) this.set({ state }, known[state]);
    },
  });
  new Gauge({
    name: 'broker_jobs_lag_seconds',
    help: 'How long the oldest waiting job has been due',
    registers,
    async collect() {
      this.set((await status())?.lagSeconds ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'broker_workers',
    help: 'Workers that gave a sign of life lately',
    registers,
    async collect() {
      this.set((await status())?.workers.length ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'broker_notices',
    help: 'Notices on their way to channels by state: pending, dead (given up)',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const asked = ports.outbox.channels().catch(() => undefined);
      const channels = await within(WITHIN_MS, asked, undefined);
      for (const state of ['pending', 'dead'] as const)
        if (channels !== undefined)
          this.set(
            { state },
            channels.reduce((sum, channel) => sum + channel[state], 0),
          );
    },
  });
  for (const count of ['runs', 'failures'] as const) {
    new Counter({
      name: `broker_job_${count}_total`,
      help: `${count === 'runs' ? 'Runs' : 'Failed runs'} of a task by all workers`,
      labelNames: ['task'],
      registers,
      async collect() {
        this.reset();
        for (const task of (await status())?.tasks ?? []) this.inc({ task: task.task }, task[count]);
      },
    });
  }
}

/** One look for all gauges of a scrape; undefined while Postgres can't serve. */
function cachedStatus(ports: Pick<Ports, 'clock' | 'jobs' | 'log'>): () => Promise<JobsStatus | undefined> {
  let known: { at: number; status: Promise<JobsStatus | undefined> } | undefined;
  return () => {
    const now = ports.clock.now().getTime();
    if (known === undefined || now - known.at >= FRESH_MS) {
      const status = ports.jobs.status().catch(() => {
        ports.log.warn('metrics.jobs_unknown');
        return undefined;
      });
      known = { at: now, status: within(WITHIN_MS, status, undefined) };
    }
    return known.status;
  };
}
