import { Counter, Gauge, type Registry } from 'prom-client';
import { silenceOf } from '../../domain/operations/standstill.js';
import type { JobsStatus } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import { cachedLook } from './cachedLook.js';

/** The queue, from Postgres, so that any process of the API answers for all workers. */
export function addJobMetrics(
  registry: Registry,
  ports: Pick<Ports, 'clock' | 'jobs' | 'log' | 'outbox'>,
): void {
  const registers = [registry];
  const status = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.jobs_unknown' }, () =>
    ports.jobs.status(),
  );
  addSilence(registers, ports, status);
  const channels = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.notices_unknown' }, () =>
    ports.outbox.channels(),
  );
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
    help: 'Workers with a recent heartbeat',
    registers,
    async collect() {
      this.set((await status())?.workers.length ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'broker_notices',
    help: 'Deliveries of notices to channels by state: pending, dead (given up)',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const seen = await channels();
      for (const state of ['pending', 'dead'] as const)
        if (seen !== undefined)
          this.set(
            { state },
            seen.reduce((sum, channel) => sum + channel[state], 0),
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

function addSilence(
  registers: Registry[],
  { clock }: Pick<Ports, 'clock'>,
  status: () => Promise<JobsStatus | undefined>,
): void {
  const startedAt = clock.now();
  new Gauge({
    name: 'broker_task_silent_seconds',
    help: 'Time since the last successful run of a scheduled task by any worker: checkpoint, notify, test_due',
    labelNames: ['task'],
    registers,
    async collect() {
      this.reset();
      const known = await status();
      if (known === undefined) return;
      const at = { now: clock.now(), startedAt };
      for (const { task, seconds } of silenceOf(known.tasks, at)) this.set({ task }, seconds);
    },
  });
}
