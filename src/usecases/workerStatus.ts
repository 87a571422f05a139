import type { Call } from '../domain/caller.js';
import type { JobsStatus } from '../ports/jobs.js';
import type { Ports } from '../ports.js';
import { requireRole } from './refuse.js';

/** How the workers and their queue stand. Admin only. */
export async function workerStatus(
  ports: Pick<Ports, 'jobs' | 'records' | 'readAudit'>,
  call: Call,
): Promise<JobsStatus> {
  await requireRole(ports, call, 'admin', { action: 'worker.see' });
  return ports.jobs.status();
}
