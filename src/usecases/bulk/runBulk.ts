import { mapLimit } from '../../domain/async.js';
import { type BulkEnd, type BulkItem, type BulkJob, INTERRUPTED } from '../../domain/bulk/bulk.js';
import { BrokerError } from '../../domain/errors.js';
import type { Changes } from '../../ports/changes.js';
import type { Ports } from '../../ports/ports.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { type ActPorts, doAct, found, isUnchanged, testItem } from './bulkActs.js';
import { taskOf } from './startBulk.js';

type Needs = ActPorts & Pick<Ports, 'bulkJobs' | 'jobs'>;

const BATCH = 20;
/** Then other jobs have their turn: tests may take hours, and a worker does few jobs at a time. */
const BATCHES = 2;
/** Tests wait for others; the other acts are one transaction each. */
const AT_ONCE = 4;
/** The stores are away: the item keeps waiting, and the job is tried again later. */
const LATER = ['records_unavailable', 'audit_overloaded'];

/**
 * Works a job off, item by item. What is done is recorded in the transaction in which it becomes true, so that after a
 * crash no item is done twice; a test that was cut off counts as failed. Stops between two items and goes on later when
 * the worker ends, and after some items, so that one job does not keep the others waiting.
 */
export async function runBulk(ports: Needs, id: string, signal: AbortSignal): Promise<void> {
  const job = await ports.bulkJobs.job(id);
  if (job === null || job.state !== 'running') return;
  for (let batch = 1; ; batch += 1) {
    if (signal.aborted || batch > BATCHES) return ports.jobs.enqueue(taskOf(job));
    const items = await ports.bulkJobs.next(id, BATCH);
    if (items.length === 0) return ports.bulkJobs.finish(id, ports.clock.now());
    if (!(await callerStays(ports, job))) continue;
    await mapLimit(items, AT_ONCE, async (item) => {
      if (!signal.aborted) await runItem(ports, job, item);
    });
  }
}

/** The login that started the job must still be valid. If not, nothing more is done, and one row says why. */
async function callerStays(ports: Needs, { id, call }: BulkJob): Promise<boolean> {
  try {
    await requireActiveCaller(ports, call, 'bulk.start');
    return true;
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'unauthenticated') throw error;
    const detail = 'Your login ended or your rights changed. Log in again, then retry.';
    await ports.bulkJobs.endAll(id, { state: 'failed', name: null, code: error.code, detail });
    return false;
  }
}

async function runItem(ports: Needs, job: BulkJob, item: BulkItem): Promise<void> {
  const { credentialId, n } = item;
  const credential = await found(ports, job.call, credentialId);
  const name = credential?.name ?? null;
  const end = (how: BulkEnd) => ports.bulkJobs.endItem(job.id, n, how);
  try {
    if (item.state === 'running') await end({ ...CUT_OFF, name });
    else if (job.order.act === 'test') {
      if (await ports.bulkJobs.begin(job.id, n))
        await end(await testItem(ports, job.call, { id: credentialId }));
    } else if (credential !== null && (await isUnchanged(ports, credential, job.order)))
      await end({ state: 'skipped', name, code: 'unchanged', detail: null });
    else {
      const done = { state: 'done', name, code: null, detail: null } as const;
      const together = withEnd(ports.changes, job, n, done);
      await doAct({ ...ports, changes: together }, job.call, credentialId, job.order);
      // Where another client did it at the same moment there was nothing to commit.
      await end(done);
    }
  } catch (error) {
    const known = error instanceof BrokerError ? error : undefined;
    if (known !== undefined && LATER.includes(known.code) && job.order.act !== 'test') throw error;
    if (known === undefined) ports.log.error('bulk_item_failed', { job_id: job.id, act: job.order.act });
    await end({ ...failure(job, known), name });
  }
}

const CUT_OFF = {
  state: 'failed',
  code: INTERRUPTED,
  detail: 'The worker stopped during this test, so its result is not known. Retry it.',
} as const;

/** The result of the item commits with the change, or neither does: also when another worker was faster. */
function withEnd(changes: Changes, job: BulkJob, n: number, end: BulkEnd): Changes {
  return {
    run: (work) =>
      changes.run(async (tx) => {
        const answer = await work(tx);
        if (!(await tx.endBulkItem(job.id, n, end)))
          throw new BrokerError('conflict', { detail: 'This item has a result already.' });
        return answer;
      }),
  };
}

function failure(job: BulkJob, error: BrokerError | undefined): Omit<BulkEnd, 'name'> {
  if (error === undefined)
    return { state: 'failed', code: 'internal_error', detail: 'Internal error. Retry it later.' };
  // Nothing says how to test it: that is no failure of the credential.
  if (job.order.act === 'test' && error.code === 'conflict')
    return { state: 'skipped', code: 'no_test', detail: error.detail };
  return { state: 'failed', code: error.code, detail: error.detail };
}
