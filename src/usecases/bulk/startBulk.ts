import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import { type BulkJob, type BulkOrder, MOST_BULK_ITEMS } from '../../domain/bulk/bulk.js';
import { BrokerError, invalid } from '../../domain/errors.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { ListFilter } from '../../ports/credentials.js';
import type { Job } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { hashedRequest, withIdempotency } from '../writing/idempotency.js';
import type { Once } from '../writing/once.js';

type Needs = Pick<
  Ports,
  'clock' | 'records' | 'changes' | 'auditLog' | 'bulkJobs' | 'fingerprints' | 'idempotencyKeys'
>;

/** The credentials that are meant: those with these ids, or all that match what a list is filtered by. */
export type BulkSelection = { ids: readonly string[] } | { filter: ListFilter };

/** A page of the list, where a filter names the credentials. */
const PAGE = 500;
const MOST_RUNNING = 10;
const LOCK_MS = MINUTE_MS;

/**
 * Starts a job that does one act on many credentials; which ones is fixed here. Whether the caller may is decided at each
 * item. Rejects with `invalid_request` for no or too many credentials, and `rate_limited` where very many jobs run.
 */
export async function startBulk(
  ports: Needs,
  call: CallContext,
  { order, selection, once }: { order: BulkOrder; selection: BulkSelection; once?: Once | undefined },
): Promise<{ id: string; replayed: boolean }> {
  await requireRole(ports, call, 'engineer', { action: 'bulk.start' });
  if (once === undefined) return { id: await insert(ports, call, order, selection), replayed: false };
  const request = ['bulk', once.request];
  const { purpose, value } = hashedRequest(request);
  const fingerprint = await ports.fingerprints.make(purpose, value);
  const keyed = { key: once.key, request, fingerprint, action: 'bulk.start', credentialId: null } as const;
  const { answer, replayed } = await withIdempotency<string>(
    ports,
    call,
    { ...keyed, lockMs: LOCK_MS },
    {
      run: ({ finish }) => insert(ports, call, order, selection, finish),
      kept: (id) => ({ status: 202, body: { id } }),
      earlier: async ({ state, response }) =>
        state === 'done' && response !== null ? (response.body as { id: string }).id : null,
    },
  );
  return { id: answer, replayed };
}

/** How many credentials a job on all that match would cover. */
export async function countBulk(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  filter: ListFilter,
): Promise<number> {
  await requireRole(ports, call, 'engineer', { action: 'bulk.start' });
  return (await chosen(ports, call, { filter })).length;
}

type Finish = Parameters<Parameters<typeof withIdempotency<string>>[3]['run']>[0]['finish'];

async function insert(
  ports: Needs,
  call: CallContext,
  order: BulkOrder,
  selection: BulkSelection,
  finish?: Finish,
): Promise<string> {
  const running = await ports.bulkJobs.unfinished(call.caller.principal);
  if (running >= MOST_RUNNING)
    throw new BrokerError('rate_limited', {
      detail: `${running} of your bulk jobs still run. Wait for one to end, or cancel one.`,
      retryAfterSeconds: 30,
    });
  const ids = await chosen(ports, call, selection);
  if (ids.length === 0) throw invalid({ field: 'filter', rule: 'must match at least one credential' });
  const startedAt = ports.clock.now();
  const job: BulkJob = { id: randomUUID(), order, call, state: 'running', startedAt, endedAt: null };
  await ports.changes.run(async (tx) => {
    await tx.insertBulkJob(job, ids);
    await tx.enqueue(taskOf(job));
    tx.audit(auditEvent(call, 'bulk.start', 'allowed', { details: aboutJob(job, ids.length) }));
    await finish?.(tx, job.id);
  });
  return job.id;
}

async function chosen(
  { records }: Pick<Ports, 'records'>,
  { caller }: CallContext,
  selection: BulkSelection,
): Promise<string[]> {
  if ('ids' in selection) return [...new Set(selection.ids)];
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = { limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const { items, nextCursor } = await records.list(caller, selection.filter, page);
    ids.push(...items.map(({ credential }) => credential.id));
    cursor = nextCursor;
    if (ids.length > MOST_BULK_ITEMS || (ids.length === MOST_BULK_ITEMS && cursor !== undefined))
      throw invalid({
        field: 'filter',
        rule: `must match at most ${MOST_BULK_ITEMS} credentials; narrow it and start several jobs`,
      });
  } while (cursor !== undefined);
  return ids;
}

/** What the audit says of a job: its id, its act and how many credentials. */
export const aboutJob = ({ id, order }: BulkJob, many: number) => ({
  job: id,
  act: order.act,
  credentials: many,
});

/** After everything that is due: what waits for it are people who see how far it is. */
const PRIORITY = 10;

/** The task that works a job off; the jobs of one caller run one after the other. */
export const taskOf = ({ id, call }: BulkJob): Job => ({
  task: 'bulk',
  key: `bulk:${id}`,
  queue: `bulk:${call.caller.principal}`,
  payload: { job_id: id },
  priority: PRIORITY,
});
