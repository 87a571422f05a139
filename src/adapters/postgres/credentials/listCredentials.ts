import type { Caller } from '../../../domain/access/caller.js';
import type { CredentialLists, ListedCredential, ListFilter } from '../../../ports/credentials.js';
import type { Page, PageRequest } from '../../../ports/page.js';
import type { Clock } from '../../../ports/runtime.js';
import { reachValues } from '../access/reach.js';
import { type Position, pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { type WhereClause, whereClause } from '../core/whereClause.js';
import { LISTED_COLUMNS, type ListedRow, toListed } from './listedRow.js';
import { addFilter, addTeam, addUnused, type Filtering } from './listFilter.js';
import { sortedList } from './listOrders.js';
import { type PageKeys, pageOfAll, pageOfFew, pageOfTeam, pageOfVisible } from './listSources.js';
import { summaryOf } from './listSummary.js';

/** As many as are read and sorted in the time that a page takes. */
const FEW = 1_500;

/** Lists by key, never by offset and without totals: a deep page costs what the first one does. */
export function credentialLists(query: Query, clock: Clock): CredentialLists {
  return {
    async list(caller, filter, page) {
      const filtering = { now: clock.now(), seesAll: seesAll(caller) };
      const where = whereClause(reachValues(caller, filtering.now));
      const { order = '-created_at' } = filter;
      if (order === '-created_at') return newestFirst(query, where, { filter, page, filtering });
      addAll(where, filter, filtering);
      return sortedList(query, where, { order, page, seesAll: filtering.seesAll });
    },
    summary: (caller) => summaryOf(query, caller, { now: clock.now(), seesAll: seesAll(caller) }),
  };
}

/** An admin sees all metadata. */
const seesAll = ({ kind, role }: Caller): boolean => kind === 'user' && role === 'admin';

interface Asked {
  filter: ListFilter;
  page: PageRequest;
  filtering: Filtering;
}

async function newestFirst(query: Query, where: WhereClause, asked: Asked): Promise<Page<ListedCredential>> {
  const found = asked.filtering.seesAll ? await amongAll(query, where, asked) : amongVisible(where, asked);
  const rows = await query<ListedRow>({
    text: `select ${LISTED_COLUMNS}
           from (${found}) page join broker.credentials c on c.id = page.id
           order by c.created_at desc, c.id desc`,
    values: where.values(),
  });
  return pageOf(rows, asked.page, { item: toListed, position: positionOf });
}

async function amongAll(
  query: Query,
  where: WhereClause,
  { filter, page, filtering }: Asked,
): Promise<string> {
  const { team, unusedSince } = filter;
  addFilter(where, filter, filtering);
  const keys = pageKeys(where, page);
  if (team !== undefined) {
    if (unusedSince !== undefined) addUnused(where, unusedSince);
    return pageOfTeam(where, keys, where.value(team));
  }
  if (unusedSince === undefined) return pageOfAll(where, keys);
  const few = await fewUnused(query, unusedSince);
  if (few !== null) return pageOfFew(where, keys, { ids: where.value(few), since: where.value(unusedSince) });
  addUnused(where, unusedSince);
  return pageOfAll(where, keys);
}

function amongVisible(where: WhereClause, { filter, page, filtering }: Asked): string {
  addAll(where, filter, filtering);
  return pageOfVisible(where, pageKeys(where, page));
}

function addAll(where: WhereClause, filter: ListFilter, filtering: Filtering): void {
  addFilter(where, filter, filtering);
  if (filter.unusedSince !== undefined) addUnused(where, filter.unusedSince);
  if (filter.team !== undefined) addTeam(where, filter.team);
}

/**
 * The ids that the rolled-up time leaves, or null when they are not few. The planner can't estimate it: most have a
 * similar time.
 */
async function fewUnused(query: Query, since: Date): Promise<string[] | null> {
  const [row] = await query<{ ids: string[] | null }>({
    text: `select case when count(*) <= ${FEW} then coalesce(array_agg(credential_id::text), '{}') end as ids
           from (select credential_id from broker.credential_last_use where last_used_at < $1 limit ${FEW + 1}) old`,
    values: [since],
  });
  return row?.ids ?? null;
}

function pageKeys(where: WhereClause, page: PageRequest): PageKeys {
  const position = readCursor(page.cursor, ['uuid']);
  const limit = where.value(page.limit + 1);
  if (position === null) return { limit };
  return { limit, after: `(${where.value(position.at)}, ${where.value(position.keys[0] ?? null)}::uuid)` };
}

function positionOf({ createdAt, id }: ListedRow): Position {
  return { at: createdAt, keys: [id] };
}
