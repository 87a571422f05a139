import type { Knex } from 'knex';

/** The last known state of each version in Vault. Earlier ones count as there until the next reconciliation. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table broker.credential_versions add column state text not null default 'available'
    check (state in ('available', 'deleted', 'destroyed', 'dropped'))`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.credential_versions drop column state');
}
