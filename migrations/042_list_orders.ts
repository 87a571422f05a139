import type { Knex } from 'knex';
import { indexConcurrently, WITHOUT_TRANSACTION } from './concurrently.js';

export const config = WITHOUT_TRANSACTION;

/** Lists by name, group, health and times, and a search that also finds accounts, owners, labels and variables. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(RANKS);
  await knex.raw(SEARCH_WORDS);
  await knex.raw(WIDER_SEARCH);
  let after: string | null = null;
  do {
    after = await bringUpToDate(knex, after);
  } while (after !== null);
  for (const [name, keys] of Object.entries(ORDERS)) {
    await indexConcurrently(knex, name, `on broker.credentials (${keys}) ${LISTED}`);
  }
  await knex.raw('analyze broker.credentials');
}

export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(ORDERS)) await knex.raw(`drop index broker.${name}`);
  await knex.raw(NARROW_SEARCH);
  await knex.raw(TRIGRAMS);
}

/** The condition is the one that lists ask with. */
const LISTED = `where status not in ('deleted', 'destroying', 'destroyed')`;

/** Letters are compared by their number, so that no update of the system's languages breaks an index. */
const NAME = `lower(name) collate "C"`;
const ORDERS: Readonly<Record<string, string>> = {
  credentials_by_name: `(${NAME}), id`,
  credentials_by_group: `(broker.group_rank(service_type)), (${NAME}), id`,
  credentials_by_health: `(broker.health_rank(health)), (${NAME}), id`,
  credentials_by_expiry: `(coalesce(expires_at, 'infinity')), id`,
  credentials_by_test: `(coalesce(last_tested_at, 'infinity')), id`,
};

/** The groups of `domain/credentials/serviceGroups.ts` in their order, and healths from worst to best. */
const RANKS = `
  create or replace function broker.group_rank(service_type text) returns integer
  language sql immutable parallel safe as $$
    select case
      when service_type in ('proxmox', 'vmware', 'hyperv') then 1
      when service_type in ('azure', 'aws', 'google_cloud') then 2
      when service_type in ('openai', 'anthropic', 'langchain') then 3
      when service_type in ('kubernetes', 'docker_swarm') then 4
      when service_type in ('prometheus', 'grafana') then 5
      else 6 end
  $$;
  create or replace function broker.health_rank(health text) returns integer
  language sql immutable parallel safe as $$
    select case health when 'rejected' then 1 when 'unreachable' then 2 when 'limited' then 3
      when 'unchecked' then 4 else 5 end
  $$`;

/** What 032 searches, and then owner, account, labels and variables. All of it has a bound. */
const SEARCH_WORDS = `
  create or replace function broker.search_words(name text, description text, settings jsonb, owner text, identity text,
    labels jsonb, env_names jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select broker.search_text(name, description, settings) || ' ' || lower(
      left(owner, 255) || ' ' || left(coalesce(identity, ''), 255) || ' ' ||
      left(coalesce((select string_agg(e.key || '=' || e.value, ' ' order by e.key) from jsonb_each_text(labels) e), ''), 2048)
      || ' ' ||
      left(coalesce((select string_agg(k.name, ' ' order by k.name) from jsonb_object_keys(env_names) k (name)), ''), 2048))
  $$`;

/**
 * A generated column can't get another expression without a rewrite of the table under a lock. So it becomes a plain
 * one, which needs none, and a trigger fills it. Its indexes stay, and brokers of before go on searching it.
 */
const WIDER_SEARCH = `
  alter table broker.credentials alter column search_text drop expression if exists;
  create or replace function broker.fill_search_text() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    new.search_text := broker.search_words(
      new.name, new.description, new.settings, new.owner, new.identity, new.labels, new.env_names);
    return new;
  end $$;
  create or replace trigger search_text before insert or
    update of name, description, settings, owner, identity, labels, env_names on broker.credentials
    for each row execute function broker.fill_search_text()`;

const BATCH = 50;

/** Rows of before, a few in each statement; the last id it looked at, or null at the end. */
async function bringUpToDate(knex: Knex, after: string | null): Promise<string | null> {
  const { rows } = (await knex.raw(NEXT, [after, after])) as { rows: { id: string; stale: boolean }[] };
  const stale = rows.filter((row) => row.stale).map(({ id }) => id);
  if (stale.length > 0) await knex.raw(TOUCH, [stale]);
  return rows.at(-1)?.id ?? null;
}

const NEXT = `
  select id, search_text is distinct from
    broker.search_words(name, description, settings, owner, identity, labels, env_names) as stale
  from broker.credentials where ?::uuid is null or id > ?::uuid order by id limit ${BATCH}`;

/** The trigger runs when a column that it reads is written. */
const TOUCH = 'update broker.credentials set settings = settings where id = any (?::uuid[])';

/** As 001 and 005 made it. */
const NARROW_SEARCH = `
  drop trigger search_text on broker.credentials;
  drop function broker.fill_search_text();
  alter table broker.credentials drop column search_text;
  drop function broker.search_words(text, text, jsonb, text, text, jsonb, jsonb);
  drop function broker.group_rank(text);
  drop function broker.health_rank(text);
  alter table broker.credentials add column search_text text
    generated always as (broker.search_text(name, description, settings)) stored;
  create index credentials_short_search on broker.credentials using gin (broker.letter_pairs(search_text))`;

const TRIGRAMS = `
  do $do$
  declare home text;
  begin
    select n.nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_trgm';
    if home is not null then
      execute format('create index credentials_search on broker.credentials using gin (search_text %I.gin_trgm_ops)', home);
    end if;
  end $do$`;
