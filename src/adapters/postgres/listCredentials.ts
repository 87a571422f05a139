import type { Caller } from '../../domain/caller.js';
import type { Clock, ListedCredential, ListFilter, PageRequest, Records } from '../../ports.js';
import { CREDENTIAL_COLUMNS, levelOf, toCredential } from './credentialRow.js';
import { pageOf, readCursor } from './cursor.js';
import type { Query, Row } from './pools.js';
import { LEVEL, REACHES, reachValues } from './reach.js';
import { type WhereClause, whereClause } from './whereClause.js';

const STANDING = `
  c.owner = $1 as is_owner,
  (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${REACHES}) as level,
  (select u.used_at from broker.credential_usage u where u.credential_id = c.id
    order by u.used_at desc limit 1) as last_used_at`;

const VISIBLE = `(c.owner = $1 or c.id in (select g.credential_id from broker.grants g where ${REACHES}))`;

/** Lists by key, never by offset and without totals: a deep page costs what the first one does. */
export function credentialLists(query: Query, clock: Clock): Pick<Records, 'list'> {
  return {
    async list(caller, filter, page) {
      const where = whereClause(reachValues(caller, clock.now()));
      addRights(where, caller);
      addFilter(where, filter);
      addPosition(where, page);
      const limit = where.value(page.limit + 1);
      const rows = await query({
        text: `select ${CREDENTIAL_COLUMNS}, ${STANDING} from broker.credentials c ${where.text()}
               order by c.created_at desc, c.id desc limit ${limit}`,
        values: where.values(),
      });
      return pageOf(rows, page, {
        item: toListed,
        position: (row) => ({ at: row['created_at'] as Date, keys: [row['id'] as string] }),
      });
    },
  };
}

function addRights(where: WhereClause, caller: Caller): void {
  if (caller.kind !== 'user' || caller.role !== 'admin') where.and(VISIBLE);
}

/** Deleted ones show only when they are asked for. */
function addFilter(where: WhereClause, filter: ListFilter): void {
  const { serviceType, health, status, labels, team, owner, expiringBefore, unusedSince, q } = filter;
  if (status === undefined) where.and(`c.status not in ('deleted', 'destroying', 'destroyed')`);
  else where.and(`c.status = ${where.value(status)}`);
  if (serviceType !== undefined) where.and(`c.service_type = ${where.value(serviceType)}`);
  if (health !== undefined) where.and(`c.health = ${where.value(health)}`);
  if (owner !== undefined) where.and(`c.owner = ${where.value(owner)}`);
  if (labels !== undefined && Object.keys(labels).length > 0) {
    where.and(`c.labels @> ${where.value(JSON.stringify(labels))}::jsonb`);
  }
  if (team !== undefined) {
    where.and(`exists (select 1 from broker.grants g where g.credential_id = c.id
      and g.subject_kind = 'team' and g.subject = ${where.value(team)})`);
  }
  if (expiringBefore !== undefined) where.and(`c.expires_at < ${where.value(expiringBefore)}`);
  if (unusedSince !== undefined) {
    where.and(`not exists (select 1 from broker.credential_usage u
      where u.credential_id = c.id and u.used_at >= ${where.value(unusedSince)})`);
  }
  if (q !== undefined && q !== '') where.and(`c.search_text like ${where.value(pattern(q))}`);
}

function addPosition(where: WhereClause, page: PageRequest): void {
  const position = readCursor(page.cursor, 1);
  if (position === null) return;
  const at = where.value(position.at);
  const id = where.value(position.keys[0] ?? null);
  where.and(`(c.created_at, c.id) < (${at}, ${id}::uuid)`);
}

function pattern(q: string): string {
  return `%${q.toLowerCase().replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

function toListed(row: Row): ListedCredential {
  return {
    credential: toCredential(row),
    isOwner: row['is_owner'] === true,
    level: levelOf(row['level']),
    lastUsedAt: row['last_used_at'] as Date | null,
  };
}
