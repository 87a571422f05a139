import type { Knex } from 'knex';

/** Since when a local person is disabled, and by whose act. Null for those who were disabled before. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.people add column disabled_at timestamptz, add column disabled_by text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.people drop column disabled_at, drop column disabled_by');
}
