import type { CallContext } from '../../domain/access/caller.js';
import { invalid } from '../../domain/errors.js';
import { isRunnable, RUNNABLE_TASKS } from '../../domain/operations/workerTasks.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';

export interface RequestedRun {
  task: string;
  requestedAt: Date;
  /** How often the task had run before. */
  runs: number;
  /** Processes that may take it. */
  workers: number;
}

/**
 * Enqueues a scheduled task for the next free worker. It never runs at the same time as a run of the schedule, which
 * continues as before; several requests that wait are one. Admin only.
 */
export async function runTask(
  ports: Pick<Ports, 'clock' | 'jobs' | 'records' | 'auditLog'>,
  call: CallContext,
  task: string,
): Promise<RequestedRun> {
  await requireRole(ports, call, 'admin', { action: 'worker.run' });
  if (!isRunnable(task))
    throw invalid({ field: 'task', rule: `must be one of ${RUNNABLE_TASKS.join(', ')}` });
  const { tasks, workers } = await ports.jobs.status();
  const requestedAt = ports.clock.now();
  await ports.auditLog.record([auditEvent(call, 'worker.run', 'allowed', { details: { task } })]);
  // A separate key: a run of the schedule that failed and waits for its next attempt delays no request.
  await ports.jobs.enqueue({ task, key: `${task} on request`, queue: task });
  const runs = tasks.find((known) => known.task === task)?.runs ?? 0;
  return { task, requestedAt, runs, workers: workers.length };
}
