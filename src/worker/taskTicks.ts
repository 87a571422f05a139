import cron from 'node-cron';
import type { Ports } from '../ports/ports.js';
import { taskWatch } from '../usecases/operations/watchTasks.js';
import type { Ticks } from './ticks.js';

/** Looks each minute whether workers still do what must go on. For processes of the API: they see it when no worker runs. */
export function startTaskTicks(ports: Pick<Ports, 'changes' | 'clock' | 'jobs' | 'log'>): Ticks {
  const watch = taskWatch(ports);
  let looking: Promise<unknown> = Promise.resolve();
  const look = () => {
    looking = watch().catch(() => ports.log.error('tasks_not_looked_at'));
    return looking;
  };
  const task = cron.schedule('45 * * * * *', look, { timezone: 'UTC', noOverlap: true });
  return {
    async stop() {
      await task.destroy();
      await looking;
    },
  };
}
