import type { Clock, ListedCredential, ListFilter, PageRequest, Records } from '../../ports.js';
import { CREDENTIAL_COLUMNS, levelOf, toCredential } from './credentialRow.js';
import { type Position, pageOf, readCursor } from './cursor.js';
import { type PageKeys, pageOfAll, pageOfTeam, pageOfVisible } from './listSources.js';
import type { Query, Row } from './pools.js';
import { LEVEL, REACHES, reachValues } from './reach.js';
import { type WhereClause, whereClause } from './whereClause.js';

const STANDING = `
  c.owner = $1 as is_owner,
  (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${REACHES}) as level,
  (select u.used_at from broker.credential_usage u where u.credential_id = c.id
    order by u.used_at desc limit 1) as last_used_at`;

/** Lists by key, never by offset and without totals: a deep page costs what the first one does. */
export function credentialLists(query: Query, clock: Clock): Pick<Records, 'list'> {
  return {
    async list(caller, filter, page) {
      const where = whereClause(reachValues(caller, clock.now()));
      const seesAll = caller.kind === 'user' && caller.role === 'admin';
      const { team, ...others } = filter;
      addFilter(where, others);
      const keys = pageKeys(where, page);
      const found = seesAll
        ? team === undefined
          ? pageOfAll(where, keys)
          : pageOfTeam(where, keys, where.value(team))
        : pageOfVisible(withTeam(where, team), keys);
      const rows = await query({
        text: `select ${CREDENTIAL_COLUMNS}, ${STANDING}
               from (${found}) page join broker.credentials c on c.id = page.id
               order by c.created_at desc, c.id desc`,
        values: where.values(),
      });
      return pageOf(rows, page, { item: toListed, position: positionOf });
    },
  };
}

/** Deleted ones show only when they are asked for. */
function addFilter(where: WhereClause, filter: Omit<ListFilter, 'team'>): void {
  const { serviceType, health, status, labels, owner, expiringBefore, unusedSince, q } = filter;
  if (status === undefined) where.and(`c.status not in ('deleted', 'destroying', 'destroyed')`);
  else where.and(`c.status = ${where.value(status)}`);
  if (serviceType !== undefined) where.and(`c.service_type = ${where.value(serviceType)}`);
  if (health !== undefined) where.and(`c.health = ${where.value(health)}`);
  if (owner !== undefined) where.and(`c.owner = ${where.value(owner)}`);
  if (labels !== undefined && Object.keys(labels).length > 0) {
    where.and(`c.labels @> ${where.value(JSON.stringify(labels))}::jsonb`);
  }
  if (expiringBefore !== undefined) where.and(`c.expires_at < ${where.value(expiringBefore)}`);
  if (unusedSince !== undefined) addUnused(where, unusedSince);
  if (q !== undefined && q !== '') addSearch(where, q.toLowerCase());
}

/** The rolled-up time finds the few that may be meant; the usage rows, which it may lag behind, decide. */
function addUnused(where: WhereClause, since: Date): void {
  const time = where.value(since);
  where.and(`exists (select 1 from broker.credential_last_use l
    where l.credential_id = c.id and l.last_used_at < ${time})`);
  where.and(`not exists (select 1 from broker.credential_usage u
    where u.credential_id = c.id and u.used_at >= ${time})`);
}

function addSearch(where: WhereClause, q: string): void {
  if ([...q].length <= 2) where.and(`broker.letter_pairs(c.search_text) @> array[${where.value(q)}::text]`);
  else where.and(`c.search_text like ${where.value(pattern(q))}`);
}

function withTeam(where: WhereClause, team: string | undefined): WhereClause {
  if (team === undefined) return where;
  where.and(`exists (select 1 from broker.grants t where t.credential_id = c.id
    and t.subject_kind = 'team' and t.subject = ${where.value(team)})`);
  return where;
}

function pageKeys(where: WhereClause, page: PageRequest): PageKeys {
  const position = readCursor(page.cursor, 1);
  const limit = where.value(page.limit + 1);
  if (position === null) return { limit };
  return { limit, after: `(${where.value(position.at)}, ${where.value(position.keys[0] ?? null)}::uuid)` };
}

function pattern(q: string): string {
  return `%${q.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

function positionOf(row: Row): Position {
  return { at: row['created_at'] as Date, keys: [row['id'] as string] };
}

function toListed(row: Row): ListedCredential {
  return {
    credential: toCredential(row),
    isOwner: row['is_owner'] === true,
    level: levelOf(row['level']),
    lastUsedAt: row['last_used_at'] as Date | null,
  };
}
