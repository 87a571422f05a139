import type { CallContext } from '../../domain/access/caller.js';
import { silenceOf } from '../../domain/operations/standstill.js';
import type { JobsStatus } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import { requireRole } from '../gate/refuse.js';

export interface WorkerStatus extends JobsStatus {
  /** Watched tasks that have not gone well for three periods. */
  stopped: string[];
}

/** Returns the state of the workers and their queue. Admin only. */
export async function workerStatus(
  ports: Pick<Ports, 'clock' | 'jobs' | 'records' | 'auditLog'>,
  call: CallContext,
): Promise<WorkerStatus> {
  await requireRole(ports, call, 'admin', { action: 'worker.see' });
  const status = await ports.jobs.status();
  const now = ports.clock.now();
  // A task that never ran may simply not have been due yet.
  const stopped = silenceOf(status.tasks, { now, startedAt: now }).filter((each) => each.stopped);
  return { ...status, stopped: stopped.map(({ task }) => task) };
}
