import type { Credential } from '../../../domain/credentials/credential.js';
import type { CredentialLists, ListedCredential, ListFilter } from '../../../ports/credentials.js';
import type { PageRequest } from '../../../ports/page.js';
import type { Clock } from '../../../ports/runtime.js';
import { answered } from '../access/claimJson.js';
import { LEVEL, REACHES, reachValues } from '../access/reach.js';
import { CREDENTIAL_COLUMNS, levelOf } from '../core/credentialRow.js';
import { type Position, pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { type WhereClause, whereClause } from '../core/whereClause.js';
import { type PageKeys, pageOfAll, pageOfFew, pageOfTeam, pageOfVisible } from './listSources.js';

const STANDING = `
  c.owner = $1 as "isOwner",
  (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${REACHES}) as level,
  (c.owner <> $1 and exists (select 1 from broker.grants g where g.credential_id = c.id and ${REACHES})
    and not exists (select 1 from broker.grants g ${answered()}
      where g.credential_id = c.id and ${REACHES} and (a.grant_id is not null or g.confirmed and (
        g.subject_kind <> 'team' or exists (select 1 from broker.team_members m
          where m.team = g.subject and m.principal = $1 and m.confirmed))))) as offered,
  (select u.used_at from broker.credential_usage u where u.credential_id = c.id
    order by u.used_at desc limit 1) as "lastUsedAt"`;

interface ListedRow extends Credential {
  isOwner: boolean;
  level: number | null;
  offered: boolean;
  lastUsedAt: Date | null;
}

/** As many as are read and sorted in the time that a page takes. */
const FEW = 1_500;

/** Lists by key, never by offset and without totals: a deep page costs what the first one does. */
export function credentialLists(query: Query, clock: Clock): CredentialLists {
  return {
    async list(caller, filter, page) {
      const where = whereClause(reachValues(caller, clock.now()));
      const seesAll = caller.kind === 'user' && caller.role === 'admin';
      const found = seesAll ? await amongAll(query, where, filter, page) : amongVisible(where, filter, page);
      const rows = await query<ListedRow>({
        text: `select ${CREDENTIAL_COLUMNS}, ${STANDING}
               from (${found}) page join broker.credentials c on c.id = page.id
               order by c.created_at desc, c.id desc`,
        values: where.values(),
      });
      return pageOf(rows, page, { item: toListed, position: positionOf });
    },
  };
}

async function amongAll(
  query: Query,
  where: WhereClause,
  filter: ListFilter,
  page: PageRequest,
): Promise<string> {
  const { team, unusedSince } = filter;
  addFilter(where, filter);
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

function amongVisible(where: WhereClause, filter: ListFilter, page: PageRequest): string {
  addFilter(where, filter);
  if (filter.unusedSince !== undefined) addUnused(where, filter.unusedSince);
  if (filter.team !== undefined) {
    where.and(`exists (select 1 from broker.grants t where t.credential_id = c.id
      and t.subject_kind = 'team' and t.subject = ${where.value(filter.team)})`);
  }
  return pageOfVisible(where, pageKeys(where, page));
}

/** All but team and last use, which change where the page is looked for. Deleted ones show only when asked for. */
function addFilter(where: WhereClause, filter: ListFilter): void {
  const { serviceType, health, status, labels, owner, expiringBefore, name, q } = filter;
  if (status === undefined) where.and(`c.status not in ('deleted', 'destroying', 'destroyed')`);
  else where.and(`c.status = ${where.value(status)}`);
  if (serviceType !== undefined) where.and(`c.service_type = ${where.value(serviceType)}`);
  if (health !== undefined) where.and(`c.health = ${where.value(health)}`);
  if (owner !== undefined) where.and(`c.owner = ${where.value(owner)}`);
  if (labels !== undefined && Object.keys(labels).length > 0) {
    where.and(`c.labels @> ${where.value(JSON.stringify(labels))}::jsonb`);
  }
  if (expiringBefore !== undefined) where.and(`c.expires_at < ${where.value(expiringBefore)}`);
  if (name !== undefined) addName(where, name);
  if (q !== undefined && q !== '') addSearch(where, q.toLowerCase());
}

/** The rolled-up time preselects; the usage rows, which it may lag behind, decide. */
function addUnused(where: WhereClause, since: Date): void {
  const time = where.value(since);
  where.and(`exists (select 1 from broker.credential_last_use l
    where l.credential_id = c.id and l.last_used_at < ${time})`);
  where.and(`not exists (select 1 from broker.credential_usage u
    where u.credential_id = c.id and u.used_at >= ${time})`);
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

/** Names have no index beyond their owner's; what is searched has one, in Postgres' own small letters. */
function addName(where: WhereClause, name: string): void {
  where.and(`c.name = ${where.value(name)}`);
  if ([...name].length > 2) where.and(`c.search_text like lower(${where.value(pattern(name))})`);
}

function addSearch(where: WhereClause, q: string): void {
  if ([...q].length <= 2) where.and(`broker.letter_pairs(c.search_text) @> array[${where.value(q)}::text]`);
  else where.and(`c.search_text like ${where.value(pattern(q))}`);
}

function pageKeys(where: WhereClause, page: PageRequest): PageKeys {
  const position = readCursor(page.cursor, ['uuid']);
  const limit = where.value(page.limit + 1);
  if (position === null) return { limit };
  return { limit, after: `(${where.value(position.at)}, ${where.value(position.keys[0] ?? null)}::uuid)` };
}

function pattern(q: string): string {
  return `%${q.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

function positionOf({ createdAt, id }: ListedRow): Position {
  return { at: createdAt, keys: [id] };
}

function toListed({ isOwner, level, offered, lastUsedAt, ...credential }: ListedRow): ListedCredential {
  return { credential, isOwner, level: levelOf(level), offered, lastUsedAt };
}
