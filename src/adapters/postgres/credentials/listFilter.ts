import { ATTENTION_HEALTHS, ATTENTION_MS } from '../../../domain/notices/attention.js';
import type { ListFilter } from '../../../ports/credentials.js';
import type { WhereClause } from '../core/whereClause.js';

/** The statuses of lists that name none. Indexes have the same condition. */
export const LISTED = `c.status not in ('deleted', 'destroying', 'destroyed')`;

/** SQL that is true for a credential `c` that needs attention; `soon` is a placeholder. As `attentionOf` has it. */
export const needsAttention = (soon: string): string =>
  `(c.status = 'active' and (c.health in ('${ATTENTION_HEALTHS.join("', '")}') or c.expires_at <= ${soon}))`;

/** Until when what ends needs attention now. */
export const soonAt = (now: Date): Date => new Date(now.getTime() + ATTENTION_MS);

/** What statements filter and whose they are. */
export interface Filtering {
  now: Date;
  /** True where all rows are looked at, and not only those that reach a caller. */
  seesAll: boolean;
}

/** All but team and last use, which change where the page is looked for. Deleted ones show only when asked for. */
export function addFilter(where: WhereClause, filter: ListFilter, { now, seesAll }: Filtering): void {
  const collects = !seesAll && filter.order !== undefined && filter.order !== '-created_at';
  const { serviceTypes, healths, attention, status, labels, owner, expiringBefore, name, q } = filter;
  if (status === undefined) where.and(LISTED);
  else where.and(`c.status = ${where.value(status)}`);
  if (serviceTypes !== undefined) where.and(oneOf(where, 'c.service_type', serviceTypes));
  if (healths !== undefined) where.and(oneOf(where, 'c.health', healths));
  if (attention !== undefined) {
    const needs = needsAttention(where.value(soonAt(now)));
    where.and(attention ? needs : `${needs} is not true`);
  }
  if (owner !== undefined) where.and(`c.owner = ${where.value(owner)}`);
  if (labels !== undefined && Object.keys(labels).length > 0) {
    where.and(`c.labels @> ${where.value(JSON.stringify(labels))}::jsonb`);
  }
  if (expiringBefore !== undefined) where.and(`c.expires_at < ${where.value(expiringBefore)}`);
  if (name !== undefined) addName(where, name);
  if (q !== undefined && q !== '') addSearch(where, q.toLowerCase(), collects);
}

/** One value as such: then an index that begins with the column gives the order as well. */
function oneOf(where: WhereClause, column: string, values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `${column} = ${where.value(only)}`;
  return `${column} = any(${where.value([...values])}::text[])`;
}

/** The rolled-up time preselects; the usage rows, which it may lag behind, decide. */
export function addUnused(where: WhereClause, since: Date): void {
  const time = where.value(since);
  where.and(`exists (select 1 from broker.credential_last_use l
    where l.credential_id = c.id and l.last_used_at < ${time})`);
  where.and(`not exists (select 1 from broker.credential_usage u
    where u.credential_id = c.id and u.used_at >= ${time})`);
}

/** Only what is granted to the team. */
export function addTeam(where: WhereClause, team: string): void {
  where.and(`exists (select 1 from broker.grants t where t.credential_id = c.id
    and t.subject_kind = 'team' and t.subject = ${where.value(team)})`);
}

/** Names have no index beyond their owner's; what is searched has one, in Postgres' own small letters. */
function addName(where: WhereClause, name: string): void {
  where.and(`c.name = ${where.value(name)}`);
  if ([...name].length > 2) where.and(`c.search_text like lower(${where.value(pattern(name))})`);
}

/**
 * One or two letters have an index of pairs. To make the pairs takes long: the text rules rows out first, and where all
 * that reaches a caller is looked at anyway, it alone decides.
 */
function addSearch(where: WhereClause, q: string, collects: boolean): void {
  where.and(`c.search_text like ${where.value(pattern(q))}`);
  if (!collects && [...q].length <= 2)
    where.and(`broker.letter_pairs(c.search_text) @> array[${where.value(q)}::text]`);
}

function pattern(q: string): string {
  return `%${q.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}
