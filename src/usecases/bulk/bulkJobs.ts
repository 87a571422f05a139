import type { CallContext } from '../../domain/access/caller.js';
import type { BulkItem, BulkItemState, BulkJob } from '../../domain/bulk/bulk.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import type { BulkCounts } from '../../ports/jobs.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { aboutJob, taskOf } from './startBulk.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog' | 'bulkJobs'>;

/** A job with the number of items in each state. */
export interface SeenBulkJob {
  job: BulkJob;
  counts: BulkCounts;
}

/** A job as the caller who started it sees it; for everybody else it is not there. */
export async function getBulkJob(
  ports: Pick<Ports, 'records' | 'auditLog' | 'bulkJobs'>,
  call: CallContext,
  id: string,
): Promise<SeenBulkJob> {
  await requireActiveCaller(ports, call, 'bulk.see');
  return seen(ports, call, id);
}

/** The results of a job, in its order. */
export async function bulkItems(
  ports: Pick<Ports, 'bulkJobs'>,
  { job }: SeenBulkJob,
  page: PageRequest,
  state?: BulkItemState,
): Promise<Page<BulkItem>> {
  return ports.bulkJobs.items(job.id, page, state);
}

/** Skips what waits. What is done stays, and a test that runs ends. Repeating it is harmless. */
export async function cancelBulk(ports: Needs, call: CallContext, id: string): Promise<SeenBulkJob> {
  await requireActiveCaller(ports, call, 'bulk.cancel');
  const { job, counts } = await seen(ports, call, id);
  if (job.state === 'running')
    await ports.changes.run(async (tx) => {
      await tx.cancelBulkJob(id, ports.clock.now());
      tx.audit(auditEvent(call, 'bulk.cancel', 'allowed', { details: aboutJob(job, counts.waiting) }));
    });
  return seen(ports, call, id);
}

/** The failed items are tried again, in the name of this request. Rejects with `conflict` while none has failed. */
export async function retryBulk(ports: Needs, call: CallContext, id: string): Promise<SeenBulkJob> {
  await requireActiveCaller(ports, call, 'bulk.retry');
  const { job } = await seen(ports, call, id);
  await ports.changes.run(async (tx) => {
    const again = await tx.retryBulkJob(id, call);
    if (again === 0) throw new BrokerError('conflict', { detail: 'No item of this job has failed.' });
    await tx.enqueue(taskOf(job));
    tx.audit(auditEvent(call, 'bulk.retry', 'allowed', { details: aboutJob(job, again) }));
  });
  return seen(ports, call, id);
}

async function seen(
  { bulkJobs }: Pick<Ports, 'bulkJobs'>,
  { caller }: CallContext,
  id: string,
): Promise<SeenBulkJob> {
  const job = await bulkJobs.job(id, caller.principal);
  if (job === null) throw notFound('bulk job');
  return { job, counts: await bulkJobs.counts(job.id) };
}
