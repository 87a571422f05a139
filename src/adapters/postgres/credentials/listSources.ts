import { BY_WAY, GRANTED, WAYS } from '../access/reach.js';
import type { WhereClause } from '../core/whereClause.js';

/** Placeholders of one page: how many, and after which (created_at, id). */
export interface PageKeys {
  limit: string;
  after?: string;
}

/**
 * SQL for all that the caller (`$1` to `$4` of `reachValues`) owns or is granted, as `c`: for what has no order of its
 * own. The offset has Postgres look up each by its id, in place of reading the rows of strangers.
 */
export const VISIBLE_ROWS = `
  (select o.id from broker.credentials o where o.owner = $1 union select g.credential_id from ${GRANTED}) visible
    cross join lateral (select one.* from broker.credentials one where one.id = visible.id offset 0) c`;

/** SQL for the keys of one page of everything. */
export function pageOfAll(where: WhereClause, keys: PageKeys): string {
  return ordered('broker.credentials c', ['c.created_at', 'c.id'], [where.conditions()], keys);
}

/**
 * SQL for the keys of one page of a few (`ids`, a placeholder) that were not used since then. The usage rows are
 * looked at last, and only for as many as the page shows.
 */
export function pageOfFew(where: WhereClause, keys: PageKeys, few: { ids: string; since: string }): string {
  const conditions = [
    `c.id = any(${few.ids}::uuid[])`,
    where.conditions(),
    ...afterKeys('c.created_at', 'c.id', keys),
  ];
  return `
    with few as materialized (
      select c.created_at, c.id from broker.credentials c where ${conditions.join(' and ')}
      order by c.created_at desc, c.id desc
    )
    select created_at, id from few where (
      select count(*) from (select 1 from broker.credential_usage u
        where u.credential_id = few.id and u.used_at >= ${few.since} limit 1) used) = 0
    limit ${keys.limit}`;
}

/** SQL for the keys of one page of what is shared with a team (a placeholder). */
export function pageOfTeam(where: WhereClause, keys: PageKeys, team: string): string {
  return granted([`g.subject_kind = 'team' and g.subject = ${team}`, where.conditions()], keys);
}

/**
 * SQL for the keys of one page of what the caller (`$1` to `$4` of `reachValues`) owns or is granted. Each way of
 * reaching a credential gives its own newest ones in order, and the page is merged from those few: so the number of
 * credentials that the caller can't see does not matter.
 */
export function pageOfVisible(where: WhereClause, keys: PageKeys): string {
  const filter = where.conditions();
  const own = ordered('broker.credentials c', ['c.created_at', 'c.id'], ['c.owner = $1', filter], keys);
  const reached = [BY_WAY, filter];
  return `
    select created_at, id from (
      (${own})
      union
      (select shared.created_at, shared.id
        from (${WAYS}) way cross join lateral (${granted(reached, keys)}) shared)
    ) visible order by created_at desc, id desc limit ${keys.limit}`;
}

function granted(conditions: string[], keys: PageKeys): string {
  const from = 'broker.grants g join broker.credentials c on c.id = g.credential_id';
  return ordered(from, ['g.credential_created_at', 'g.credential_id'], conditions, keys);
}

function ordered(from: string, [at, id]: [string, string], conditions: string[], keys: PageKeys): string {
  const all = [...conditions, ...afterKeys(at, id, keys)];
  return `select ${at} as created_at, ${id} as id from ${from} where ${all.join(' and ')}
    order by ${at} desc, ${id} desc limit ${keys.limit}`;
}

function afterKeys(at: string, id: string, { after }: PageKeys): string[] {
  return after === undefined ? [] : [`(${at}, ${id}) < ${after}`];
}
