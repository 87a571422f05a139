import type { Knex } from 'knex';

/** A keyed hash of each audit row. Null: the row is from a broker before it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.audit_events add column mac text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.audit_events drop column mac');
}
