import cron from 'node-cron';
import type { Schedule } from '../ports/jobs.js';
import type { Ports } from '../ports.js';

export interface Ticks {
  stop(): Promise<void>;
}

/**
 * Enqueues what is due, each minute and at once: a moment that passed while no worker ran, or while Postgres was away,
 * is caught up once, however many passed. Any number of processes may do this beside each other.
 */
export async function startTicks(
  ports: Pick<Ports, 'clock' | 'jobs' | 'log'>,
  schedules: readonly Schedule[],
): Promise<Ticks> {
  for (const schedule of schedules) await ports.jobs.declare(schedule, nextDue(schedule));
  await tick(ports, schedules);
  const task = cron.schedule('* * * * *', () => tick(ports, schedules), { timezone: 'UTC', noOverlap: true });
  return {
    async stop() {
      await task.destroy();
    },
  };
}

async function tick(
  ports: Pick<Ports, 'clock' | 'jobs' | 'log'>,
  schedules: readonly Schedule[],
): Promise<void> {
  for (const schedule of schedules) {
    try {
      // In this order: a moment between the two is at most enqueued early, never left out.
      const next = nextDue(schedule);
      await ports.jobs.enqueueDue(schedule, { now: ports.clock.now(), nextDue: next });
    } catch {
      ports.log.error('schedule_failed', { schedule: schedule.name });
    }
  }
}

/** The next moment after now. An hour that a change of the clocks leaves out or repeats counts once. */
function nextDue({ expression, timezone }: Schedule): Date {
  const task = cron.createTask(expression, () => undefined, { timezone });
  const [next] = task.getNextRuns(1);
  if (next === undefined) throw new Error(`the schedule ${expression} is never due`);
  return next;
}
