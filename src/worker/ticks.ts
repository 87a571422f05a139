import cron from 'node-cron';
import { nextDue } from '../domain/time/cron.js';
import type { NextMoment, Schedule } from '../ports/jobs.js';
import type { Ports } from '../ports/ports.js';

export interface Ticks {
  stop(): Promise<void>;
}

/**
 * Enqueues what is due, each minute and at once: a moment that passed while no worker ran, or while Postgres was away,
 * is caught up once, however many passed. Any number of processes may do this beside each other.
 */
export async function startTicks(
  ports: Pick<Ports, 'jobs' | 'log'>,
  schedules: readonly Schedule[],
): Promise<Ticks> {
  for (const schedule of schedules) await ports.jobs.declare(schedule, nextOf(schedule));
  await tick(ports, schedules);
  const task = cron.schedule('* * * * *', () => tick(ports, schedules), { timezone: 'UTC', noOverlap: true });
  return {
    async stop() {
      await task.destroy();
    },
  };
}

async function tick(ports: Pick<Ports, 'jobs' | 'log'>, schedules: readonly Schedule[]): Promise<void> {
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
