import cron from 'node-cron';
import type { Ports } from '../ports/ports.js';
import { enqueueEventDeliveries } from '../usecases/events/sendEvents.js';
import type { Ticks } from './ticks.js';

/**
 * Looks every two seconds for webhooks that have something to hear, and enqueues those. Any number of processes may do
 * this beside each other: of jobs with one key one waits.
 */
export function startEventTicks(ports: Pick<Ports, 'clock' | 'eventFeed' | 'jobs' | 'log'>): Ticks {
  let failing = false;
  const look = async (): Promise<void> => {
    try {
      await enqueueEventDeliveries(ports);
      failing = false;
    } catch {
      // Once a trouble, not every two seconds.
      if (!failing) ports.log.error('event_webhooks_not_looked_at');
      failing = true;
    }
  };
  const task = cron.schedule('*/2 * * * * *', look, { timezone: 'UTC', noOverlap: true });
  return {
    async stop() {
      await task.destroy();
    },
  };
}
