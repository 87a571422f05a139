import { silenceOf } from '../../domain/operations/standstill.js';
import type { JobsStatus } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import type { Clock } from '../../ports/runtime.js';
import { cachedLook } from './cachedLook.js';
import type { Metric } from './metric.js';

type Status = () => Promise<JobsStatus | undefined>;

/** The queue, from Postgres, so that any process of the API answers for all workers. */
export function jobMetrics(ports: Pick<Ports, 'clock' | 'jobs' | 'log'>): Metric[] {
  const status = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.jobs_unknown' }, () =>
    ports.jobs.status(),
  );
  return [...queueMetrics(status), ...taskMetrics(ports.clock, status)];
}

function queueMetrics(status: Status): Metric[] {
  return [
    {
      name: 'broker_jobs',
      help: 'Jobs by state: waiting, later, running, dead (given up)',
      label: 'state',
      read: async () => {
        const known = await status();
        return (
          known && (['waiting', 'later', 'running', 'dead'] as const).map((state) => [state, known[state]])
        );
      },
    },
    {
      name: 'broker_jobs_lag_seconds',
      help: 'How long the oldest waiting job has been due',
      read: async () => (await status())?.lagSeconds,
    },
    {
      name: 'broker_workers',
      help: 'Workers with a recent heartbeat',
      read: async () => (await status())?.workers.length,
    },
  ];
}

function taskMetrics(clock: Clock, status: Status): Metric[] {
  const startedAt = clock.now();
  const tasks = async () => (await status())?.tasks;
  return [
    {
      name: 'broker_task_silent_seconds',
      help: 'Time since the last successful run of a scheduled task by any worker: checkpoint, notify, test_due',
      label: 'task',
      read: async () => {
        const known = await tasks();
        const silences = known && silenceOf(known, { now: clock.now(), startedAt });
        return silences?.map(({ task, seconds }) => [task, seconds]);
      },
    },
    {
      name: 'broker_job_runs_total',
      help: 'Runs of a task by all workers',
      label: 'task',
      read: async () => (await tasks())?.map(({ task, runs }) => [task, runs]),
    },
    {
      name: 'broker_job_failures_total',
      help: 'Failed runs of a task by all workers',
      label: 'task',
      read: async () => (await tasks())?.map(({ task, failures }) => [task, failures]),
    },
  ];
}

/** What waits for channels, from Postgres. */
export function noticeMetrics(ports: Pick<Ports, 'clock' | 'log' | 'outbox'>): Metric[] {
  const channels = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.notices_unknown' }, () =>
    ports.outbox.channels(),
  );
  return [
    {
      name: 'broker_notices',
      help: 'Deliveries of notices to channels by state: pending, dead (given up)',
      label: 'state',
      read: async () => {
        const seen = await channels();
        const total = (state: 'pending' | 'dead') =>
          seen?.reduce((sum, channel) => sum + channel[state], 0) ?? 0;
        return seen && (['pending', 'dead'] as const).map((state) => [state, total(state)]);
      },
    },
  ];
}
