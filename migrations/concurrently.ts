import type { Knex } from 'knex';

/** For a migration that builds indexes while brokers serve: each of its steps can be repeated. */
export const WITHOUT_TRANSACTION = { transaction: false };

/** False also for what is left of a build that was cut off. */
const IS_WHOLE = `
  select coalesce((select indisvalid from pg_index where indexrelid = to_regclass(?)), false) as whole`;

/** Builds the index `name` as `definition` says (`on broker.events (tx)`); rows are written meanwhile. No partitioned table. */
export async function indexConcurrently(knex: Knex, name: string, definition: string): Promise<void> {
  const [found] = await rowsOf(knex, IS_WHOLE, [`broker.${name}`]);
  if (found?.['whole'] === true) return;
  const [before] = await rowsOf(knex, 'show lock_timeout');
  // Readers and writers don't wait for it, so it may wait for long transactions.
  await knex.raw(`set lock_timeout = '10min'`);
  try {
    await knex.raw(`drop index concurrently if exists broker.${name}`);
    await knex.raw(`create index concurrently ${name} ${definition}`);
  } finally {
    await knex.raw(`select set_config('lock_timeout', ?, false)`, [String(before?.['lock_timeout'])]);
  }
}

/**
 * The same for a partitioned table, one part after the other; parts that are created meanwhile get theirs
 * automatically.
 */
export async function indexPartsConcurrently(
  knex: Knex,
  { name, table, columns }: { name: string; table: string; columns: string },
): Promise<void> {
  await knex.raw(`create index if not exists ${name} on only broker.${table} ${columns}`);
  const parts = await rowsOf(knex, PARTS_WITHOUT, [`broker.${table}`, `broker.${name}`]);
  for (const { part } of parts) {
    const own = `${part}_${name.slice(table.length + 1)}`;
    await indexConcurrently(knex, own, `on broker.${part} ${columns}`);
    await knex.raw(`alter index broker.${name} attach partition broker.${own}`);
  }
}

const PARTS_WITHOUT = `
  select c.relname as part from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = ?::regclass and not exists (
    select 1 from pg_inherits a join pg_index x on x.indexrelid = a.inhrelid
    where a.inhparent = ?::regclass and x.indrelid = c.oid)
  order by 1`;

async function rowsOf(knex: Knex, text: string, values: string[] = []): Promise<Record<string, unknown>[]> {
  return ((await knex.raw(text, values)) as { rows: Record<string, unknown>[] }).rows;
}
