import cron from 'node-cron';
import { nextDue } from '../domain/time/cron.js';
import type { NextMoment, Schedule } from '../ports/jobs.js';
import type { Ports } from '../ports/ports.js';
import { enqueueEventDeliveries } from '../usecases/events/sendEvents.js';
import { remindOwnExpiries } from '../usecases/notices/grantAndCertificateReminders.js';
import { taskWatch } from '../usecases/operations/watchTasks.js';

export interface Ticks {
  /** Starts no more work and waits for what runs. */
  stop(): Promise<void>;
}

/**
 * Enqueues what is due, each minute and at once: a moment that passed while no worker ran, or while Postgres was away,
 * is caught up once, however many passed. Any number of processes may do this at the same time.
 */
export async function startTicks(
  ports: Pick<Ports, 'jobs' | 'log'>,
  schedules: readonly Schedule[],
): Promise<Ticks> {
  for (const schedule of schedules) await ports.jobs.declare(schedule, nextOf(schedule));
  await enqueueDue(ports, schedules);
  return every('* * * * *', () => enqueueDue(ports, schedules));
}

/**
 * Looks every two seconds for webhooks that have events to receive, and enqueues those. Any number of processes may do
 * this at the same time: of jobs with one key one waits.
 */
export function startEventTicks(ports: Pick<Ports, 'clock' | 'eventFeed' | 'jobs' | 'log'>): Ticks {
  let failing = false;
  return every('*/2 * * * * *', async () => {
    try {
      await enqueueEventDeliveries(ports);
      failing = false;
    } catch {
      // Once a fault, not every two seconds.
      if (!failing) ports.log.error('event_webhooks_not_looked_at');
      failing = true;
    }
  });
}

/**
 * Looks each hour, and at once, when what this process lives on ends. For a process without a worker in it: no other one
 * can ask when its logins end.
 */
export function startOwnExpiryTicks(
  ports: Pick<Ports, 'clock' | 'log' | 'records' | 'changes' | 'ownExpiries'>,
): Ticks {
  const look = () => remindOwnExpiries(ports).catch(() => ports.log.error('own_ends_not_looked_at'));
  return every('17 * * * *', look, look());
}

/** Looks each minute whether workers still do what must go on. For processes of the API: they see it when no worker runs. */
export function startTaskTicks(ports: Pick<Ports, 'changes' | 'clock' | 'jobs' | 'log'>): Ticks {
  const watch = taskWatch(ports);
  return every('45 * * * * *', () => watch().catch(() => ports.log.error('tasks_not_looked_at')));
}

/** Runs `work` at the moments of a cron expression in UTC, never twice at a time; `first` is a run that began already. */
function every(
  expression: string,
  work: () => Promise<unknown>,
  first: Promise<unknown> = Promise.resolve(),
): Ticks {
  let running = first;
  const run = () => {
    running = work();
    return running;
  };
  const task = cron.schedule(expression, run, { timezone: 'UTC', noOverlap: true });
  return {
    async stop() {
      await task.destroy();
      await running;
    },
  };
}

async function enqueueDue(ports: Pick<Ports, 'jobs' | 'log'>, schedules: readonly Schedule[]): Promise<void> {
  for (const schedule of schedules) {
    try {
      await ports.jobs.enqueueDue(schedule, nextOf(schedule));
    } catch {
      ports.log.error('schedule_failed', { schedule: schedule.name });
    }
  }
}

const nextOf =
  (schedule: Schedule): NextMoment =>
  (after) =>
    nextDue(schedule, after);
