import { silenceOf } from '../../domain/operations/standstill.js';
import { HOUR_MS } from '../../domain/time/units.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';

type Needs = Pick<Ports, 'changes' | 'clock' | 'jobs' | 'log'>;

const PERIOD_MS = HOUR_MS;

/**
 * Gives the function to call each minute: it looks whether checkpoints, notices and tests go on, in any process. For
 * one that has not gone well for three periods it logs a line each time, and once an hour it leaves an audit row and a
 * notice to the admins. It resolves with the tasks that have stopped.
 */
export function taskWatch(ports: Needs): () => Promise<string[]> {
  const startedAt = ports.clock.now();
  let reported = '';
  return async () => {
    const now = ports.clock.now();
    const { tasks } = await ports.jobs.status();
    const stopped = silenceOf(tasks, { now, startedAt }).filter((each) => each.stopped);
    for (const { task, seconds } of stopped) ports.log.error('task_stopped', { task, seconds });
    const names = stopped.map(({ task }) => task);
    const period = new Date(Math.floor(now.getTime() / PERIOD_MS) * PERIOD_MS).toISOString();
    if (names.length === 0 || `${period} ${names.join()}` === reported) return names;
    await report(ports, names, period);
    reported = `${period} ${names.join()}`;
    return names;
  };
}

/** Of the processes that see it one stores the notice. */
async function report({ changes }: Needs, tasks: readonly string[], period: string): Promise<void> {
  await changes.run(async (tx) => {
    const body = { tasks: tasks.join(', ') };
    await tx.notice({ credentialId: null, kind: 'tasks_stopped', period, recipient: 'admins', body });
    tx.audit(auditEvent(systemCall(), 'worker.stopped', 'failed', { details: { tasks } }));
  });
}
