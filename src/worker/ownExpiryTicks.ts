import cron from 'node-cron';
import type { Ports } from '../ports/ports.js';
import { remindOwnExpiries } from '../usecases/notices/grantAndCertificateReminders.js';
import type { Ticks } from './ticks.js';

/**
 * Looks each hour, and at once, when what this process lives on ends. For one without a worker in it: nobody else can
 * ask when its logins end. Of many that look one tells it.
 */
export function startOwnEndTicks(
  ports: Pick<Ports, 'clock' | 'log' | 'records' | 'changes' | 'ownExpiries'>,
): Ticks {
  const look = async (): Promise<void> => {
    try {
      await remindOwnExpiries(ports);
    } catch {
      ports.log.error('own_ends_not_looked_at');
    }
  };
  let looking = look();
  const again = () => {
    looking = look();
    return looking;
  };
  const task = cron.schedule('17 * * * *', again, { timezone: 'UTC', noOverlap: true });
  return {
    async stop() {
      await task.destroy();
      await looking;
    },
  };
}
