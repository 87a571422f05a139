import type { Knex } from 'knex';

/** Health reports as they were made; a later one is compared with the one before. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table broker.reports (
      id uuid primary key,
      team text,
      from_at timestamptz not null,
      to_at timestamptz not null,
      made_at timestamptz not null,
      made_by text not null,
      body jsonb not null,
      check (from_at < to_at)
    );
    create index reports_newest on broker.reports (made_at desc, id desc)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table broker.reports');
}
