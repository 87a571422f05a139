import type { CallContext } from '../../../domain/access/caller.js';
import {
  BULK_ITEM_STATES,
  type BulkEnd,
  type BulkItem,
  type BulkItemState,
  type BulkJob,
  type BulkOrder,
} from '../../../domain/bulk/bulk.js';
import type { BulkCounts, BulkJobs, BulkWrites } from '../../../ports/jobs.js';
import type { Page, PageRequest } from '../../../ports/page.js';
import { type Columns, select } from '../core/columns.js';
import { badCursor, cursorParts, cursorText } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';

/** The columns of `broker.bulk_items` that the broker shows. */
const ITEM: Columns<BulkItem> = {
  n: 'n',
  credentialId: 'credential_id',
  name: 'name',
  state: 'state',
  code: 'code',
  detail: 'detail',
};

/** As in the condition of the index `bulk_items_open`. */
const OPEN = `state in ('waiting', 'running')`;

const JOB = `
  select id, work as "order", call, state, started_at as "startedAt", ended_at as "endedAt"
  from broker.bulk_jobs where id = $1 and ($2::text is null or principal = $2)`;

const END = `
  update broker.bulk_items set state = $3, code = $4, detail = $5, name = coalesce($6, name)
  where job_id = $1 and n = $2 and ${OPEN} returning n`;

const END_ALL = `
  update broker.bulk_items set state = $2, code = $3, detail = $4 where job_id = $1 and ${OPEN}`;

const FINISH = `
  update broker.bulk_jobs set state = 'done', ended_at = $2 where id = $1 and state = 'running'
    and not exists (select 1 from broker.bulk_items i where i.job_id = $1 and i.${OPEN})`;

const INSERT_JOB = `
  insert into broker.bulk_jobs (id, principal, work, call, state, started_at) values ($1, $2, $3, $4, $5, $6)`;

const INSERT_ITEMS = `
  insert into broker.bulk_items (job_id, n, credential_id)
  select $1, n, id from unnest($2::uuid[]) with ordinality each (id, n)`;

/** A test that runs keeps its result. */
const CANCEL = `
  with cancelled as (
    update broker.bulk_jobs set state = 'cancelled', ended_at = $2 where id = $1 and state = 'running' returning id
  ), skipped as (
    update broker.bulk_items set state = 'skipped', code = 'cancelled'
    where job_id in (select id from cancelled) and state = 'waiting'
  ) select id from cancelled`;

const RETRY = `
  with again as (
    update broker.bulk_items set state = 'waiting', code = null, detail = null
    where job_id = $1 and state = 'failed' returning n
  ), job as (
    update broker.bulk_jobs set state = 'running', ended_at = null, call = $2
    where id = $1 and exists (select 1 from again)
  ) select n from again`;

/** Reads and bookkeeping of bulk jobs, one statement each. */
export function bulkJobs(query: Query): BulkJobs {
  return {
    async job(id, principal) {
      const [row] = await query<BulkJob>({ text: JOB, values: [uuidOrNull(id), principal ?? null] });
      return row === undefined ? null : { ...row, order: revived(row.order) };
    },
    counts: (id) => countsOf(query, id),
    items: (id, page, state) => itemsOf(query, id, page, state),
    async unfinished(principal) {
      const text = `select count(*) as many from broker.bulk_jobs where principal = $1 and state = 'running'`;
      return (await query<{ many: number }>({ text, values: [principal] }))[0]?.many ?? 0;
    },
    next: (id, limit) =>
      query<BulkItem>({
        text: `select ${select(ITEM)} from broker.bulk_items where job_id = $1 and ${OPEN} order by n limit $2`,
        values: [id, limit],
      }),
    async begin(id, n) {
      const text = `update broker.bulk_items set state = 'running'
                    where job_id = $1 and n = $2 and state = 'waiting' returning n`;
      return (await query({ text, values: [id, n] })).length > 0;
    },
    endItem: (id, n, end) => endItem(query, id, n, end),
    async endAll(id, { state, code, detail }) {
      await query({ text: END_ALL, values: [id, state, code, detail] });
    },
    async finish(id, at) {
      await query({ text: FINISH, values: [id, at] });
    },
  };
}

/** What commits together with the change of a credential, or with an audit row. */
export function bulkWrites(query: Query): BulkWrites {
  return {
    async insertBulkJob({ id, order, call, state, startedAt }, credentialIds) {
      const values = [id, call.caller.principal, JSON.stringify(order), callText(call), state, startedAt];
      await query({ text: INSERT_JOB, values });
      await query({ text: INSERT_ITEMS, values: [id, [...credentialIds]] });
    },
    endBulkItem: (id, n, end) => endItem(query, id, n, end),
    cancelBulkJob: async (id, at) => (await query({ text: CANCEL, values: [id, at] })).length > 0,
    retryBulkJob: async (id, call) => (await query({ text: RETRY, values: [id, callText(call)] })).length,
  };
}

const callText = (call: CallContext): string => JSON.stringify(call);

async function endItem(query: Query, id: string, n: number, end: BulkEnd): Promise<boolean> {
  const values = [id, n, end.state, end.code, end.detail, end.name];
  return (await query({ text: END, values })).length > 0;
}

async function countsOf(query: Query, id: string): Promise<BulkCounts> {
  const text = 'select state, count(*) as many from broker.bulk_items where job_id = $1 group by state';
  const rows = await query<{ state: BulkItemState; many: number }>({ text, values: [id] });
  const many = new Map(rows.map((row) => [row.state, row.many]));
  return Object.fromEntries(BULK_ITEM_STATES.map((state) => [state, many.get(state) ?? 0])) as BulkCounts;
}

async function itemsOf(
  query: Query,
  id: string,
  { limit, cursor }: PageRequest,
  state?: BulkItemState,
): Promise<Page<BulkItem>> {
  const text = `select ${select(ITEM)} from broker.bulk_items
    where job_id = $1 and n > $2 and ($3::text is null or state = $3) order by n limit $4`;
  const rows = await query<BulkItem>({ text, values: [id, afterOf(cursor), state ?? null, limit + 1] });
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return last === undefined ? { items } : { items, nextCursor: cursorText([String(last.n)]) };
}

function afterOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [n, ...more] = cursorParts(cursor);
  if (typeof n !== 'string' || !/^\d{1,9}$/.test(n) || more.length > 0) throw badCursor();
  return Number(n);
}

/** JSON keeps times as texts. */
function revived(order: BulkOrder): BulkOrder {
  if (order.act !== 'grant') return order;
  const { expiresAt } = order.grant;
  return { ...order, grant: { ...order.grant, expiresAt: expiresAt === null ? null : new Date(expiresAt) } };
}
