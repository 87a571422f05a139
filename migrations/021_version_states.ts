import type { Knex } from 'knex';

/** What Vault told last of each version. Those of before count as there until the next reconciliation looks. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table broker.credential_versions add column state text not null default 'available'
    check (state in ('available', 'deleted', 'destroyed', 'dropped'))`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.credential_versions drop column state');
}
