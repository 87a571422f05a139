import type { Knex } from 'knex';

/** Since when somebody who logs in here is shut out, and by whom. Null for those who were so before. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.people add column disabled_at timestamptz, add column disabled_by text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.people drop column disabled_at, drop column disabled_by');
}
