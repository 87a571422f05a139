import type { Knex } from 'knex';

/** Which people of another issuer are admins, so that what goes to the admins reaches them. Null: not seen since. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table broker.principal_addresses
      add column role text check (role in ('observer', 'engineer', 'architect', 'admin'))`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table broker.principal_addresses drop column role');
}
