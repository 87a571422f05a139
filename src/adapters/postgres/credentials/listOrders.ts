import type { ListOrder } from '../../../domain/credentials/listOrder.js';
import type { ListedCredential } from '../../../ports/credentials.js';
import type { Page, PageRequest } from '../../../ports/page.js';
import { badCursor, cursorParts, cursorText } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import type { WhereClause } from '../core/whereClause.js';
import { LISTED_COLUMNS, type ListedRow, toListed } from './listedRow.js';
import { VISIBLE_ROWS } from './listSources.js';

/** What an order compares, in SQL for a credential `c`; the id comes after it. */
interface Key {
  sql: string;
  type: 'text' | 'integer' | 'timestamptz';
}

const NAME: Key = { sql: 'lower(c.name) collate "C"', type: 'text' };
const rank = (sql: string): Key => ({ sql, type: 'integer' });
const time = (sql: string): Key => ({ sql, type: 'timestamptz' });

/** What has no time comes last either way, so the two ways differ. Migration 042 has the indexes. */
const KEYS: Readonly<Record<ListOrder, readonly Key[]>> = {
  group: [rank('broker.group_rank(c.service_type)'), NAME],
  '-group': [rank('broker.group_rank(c.service_type)'), NAME],
  name: [NAME],
  '-name': [NAME],
  health: [rank('broker.health_rank(c.health)'), NAME],
  '-health': [rank('broker.health_rank(c.health)'), NAME],
  expires_at: [time(`coalesce(c.expires_at, 'infinity')`)],
  '-expires_at': [time(`coalesce(c.expires_at, '-infinity')`)],
  last_tested_at: [time(`coalesce(c.last_tested_at, 'infinity')`)],
  '-last_tested_at': [time(`coalesce(c.last_tested_at, '-infinity')`)],
  created_at: [time('c.created_at')],
  '-created_at': [time('c.created_at')],
};

interface Sorted {
  order: ListOrder;
  page: PageRequest;
  /** False: only what the caller, `$1` to `$4` of `reachValues`, owns or is granted. */
  seesAll: boolean;
}

type SortedRow = ListedRow & { sortKeys: string[] };

/**
 * One page in an order. Of all credentials it is read from an index; what reaches a caller is collected first, since
 * grants have no such order.
 */
export async function sortedList(
  query: Query,
  where: WhereClause,
  { order, page, seesAll }: Sorted,
): Promise<Page<ListedCredential>> {
  const keys = KEYS[order];
  addPosition(where, order, page.cursor);
  const by = (columns: readonly string[]) =>
    columns.map((column) => `${column}${order.startsWith('-') ? ' desc' : ''}`).join(', ');
  const names = keys.map((_, n) => `k${n}`);
  const found = `
    select ${keys.map(({ sql }, n) => `${sql} as k${n}`).join(', ')}, c.id from ${seesAll ? 'broker.credentials c' : VISIBLE_ROWS}
    ${where.text()} order by ${by([...keys.map(({ sql }) => sql), 'c.id'])} limit ${where.value(page.limit + 1)}`;
  const text = `
    select array[${names.map((name) => `page.${name}::text`).join(', ')}] as "sortKeys", ${LISTED_COLUMNS}
    from (${found}) page join broker.credentials c on c.id = page.id
    order by ${by([...names.map((name) => `page.${name}`), 'page.id'])}`;
  const rows = await query<SortedRow>({ text, values: where.values() });
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  const items = shown.map(({ sortKeys, ...row }) => toListed(row));
  return last === undefined
    ? { items }
    : { items, nextCursor: cursorText([order, ...last.sortKeys, last.id]) };
}

/** Goes on behind the row that the cursor holds: the keys as they were then, so that a change of that row moves nothing. */
function addPosition(where: WhereClause, order: ListOrder, cursor: string | undefined): void {
  if (cursor === undefined) return;
  const keys = KEYS[order];
  const [of, ...values] = cursorParts(cursor);
  if (of !== order || values.length !== keys.length + 1) throw badCursor();
  const forms = [...keys.map(({ type }) => FORMS[type]), FORMS.uuid];
  const texts = values.filter(
    (value, n): value is string => typeof value === 'string' && forms[n]?.test(value) === true,
  );
  if (texts.length !== values.length) throw badCursor();
  const types = [...keys.map(({ type }) => type), 'uuid'];
  const places = texts.map((text, n) => `${where.value(text)}::${types[n]}`);
  const columns = [...keys.map(({ sql }) => sql), 'c.id'];
  where.and(`(${columns.join(', ')}) ${order.startsWith('-') ? '<' : '>'} (${places.join(', ')})`);
}

/** What a key may be, as Postgres writes it. */
const FORMS = {
  text: /^[^\0]{0,512}$/su,
  integer: /^\d{1,3}$/,
  timestamptz: /^(?:-?infinity|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d(?::\d\d)?)?)$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
} as const;
