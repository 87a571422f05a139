import type { Knex } from 'knex';
import { WITHOUT_TRANSACTION } from './concurrently.js';

export const config = WITHOUT_TRANSACTION;

/** Work per row no longer grows with the settings of a credential: what is searched has a bound, its index is linear. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(SEARCH_TEXT);
  await knex.raw(LETTER_PAIRS);
  let after: string | null = null;
  do {
    after = await bringUpToDate(knex, after);
  } while (after !== null);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(UNBOUNDED_TEXT);
  await knex.raw(SQUARE_PAIRS);
}

const BATCH = 50;

/** Rows of before, a few in each statement, so that nobody waits for long; the last id it looked at, or null at the end. */
async function bringUpToDate(knex: Knex, after: string | null): Promise<string | null> {
  const { rows } = (await knex.raw(NEXT, [after, after])) as { rows: { id: string; stale: boolean }[] };
  const stale = rows.filter((row) => row.stale).map(({ id }) => id);
  if (stale.length > 0) await knex.raw(TOUCH, [stale]);
  return rows.at(-1)?.id ?? null;
}

const NEXT = `
  select id, search_text is distinct from broker.search_text(name, description, settings) as stale
  from broker.credentials where ?::uuid is null or id > ?::uuid order by id limit ${BATCH}`;

/** A generated column is computed again when a column that it is made of is written. */
const TOUCH = 'update broker.credentials set settings = settings where id = any (?::uuid[])';

/**
 * Name, description and the first 2,048 letters of the settings. A setting of several lines or of more than 512 bytes
 * (a certificate, a note, a whole file) is not what people search for. Long ones come last.
 */
const SEARCH_TEXT = `
  create or replace function broker.search_text(name text, description text, settings jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select lower(left(name, 255) || ' ' || left(description, 2000) || ' ' || left(coalesce((
      select string_agg(e.value, ' ' order by octet_length(e.value) > 128, e.key)
      from jsonb_each_text(settings) e
      where octet_length(e.value) <= 512 and left(e.value, 512) !~ '[\\r\\n]'), ''), 2048))
  $$`;

/** Splits the text once. To cut each pair out of it would go through the text again for each letter. */
const LETTER_PAIRS = `
  create or replace function broker.letter_pairs(search_text text) returns text[]
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_agg(distinct part collate "C"), '{}')
    from (
      select letter, lead(letter) over (order by at) as next
      from unnest(string_to_array(left(search_text, 8192), null)) with ordinality letters (letter, at)
    ) pairs cross join lateral (values (letter), (letter || next)) parts (part)
    where part is not null
  $$`;

/** As 001 made it. */
const UNBOUNDED_TEXT = `
  create or replace function broker.search_text(name text, description text, settings jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select lower(name || ' ' || description || ' ' ||
      coalesce((select string_agg(e.value, ' ' order by e.key) from jsonb_each_text(settings) e), ''))
  $$`;

/** As 005 made it. */
const SQUARE_PAIRS = `
  create or replace function broker.letter_pairs(search_text text) returns text[]
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_agg(distinct substr(search_text, at, many)), '{}')
    from generate_series(1, length(search_text)) at cross join (values (1), (2)) lengths (many)
  $$`;
