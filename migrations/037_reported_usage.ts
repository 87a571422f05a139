import type { Knex } from 'knex';

/** What consumers reported is apart from what was handed out. Rows of before count as handed out. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.credential_usage add column reported boolean not null default false');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.credential_usage drop column reported');
}
