import type { Knex } from 'knex';
import { indexConcurrently, WITHOUT_TRANSACTION } from './concurrently.js';

export const config = WITHOUT_TRANSACTION;

/** All events of a transaction get their numbers at once. */
export async function up(knex: Knex): Promise<void> {
  await indexConcurrently(knex, 'events_unnumbered', 'on broker.events (tx, id) where number is null');
  await knex.raw(AT_ONCE);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(ONE_BY_ONE);
  await knex.raw('drop index broker.events_unnumbered');
}

/**
 * The first event of a transaction numbers them all, in the order of their ids; the others find that they have theirs. To
 * raise the counter for each would leave as many dead versions of its one row, each looked through for the next: a team
 * with thousands of grants would hold up the commits of all. A plan that was made while the table was small must not read
 * all of it for each event: hence no sequential scans.
 */
const AT_ONCE = `
  create or replace function broker.number_event() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
  declare
    waiting bigint;
    before bigint;
  begin
    perform 1 from broker.events where id = new.id and number is not null;
    if found then
      return null;
    end if;
    select count(*) into waiting from broker.events where tx = pg_current_xact_id() and number is null;
    update broker.event_counter set last = last + waiting returning last - waiting into before;
    update broker.events e set number = before + n.place
      from (
        select id, row_number() over (order by id) as place from broker.events
        where tx = pg_current_xact_id() and number is null
      ) n
      where e.id = n.id;
    return null;
  end $$`;

/** As 017 made it. */
const ONE_BY_ONE = `
  create or replace function broker.number_event() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    given bigint;
  begin
    update broker.event_counter set last = last + 1 returning last into given;
    update broker.events set number = given where id = new.id;
    return null;
  end $$`;
