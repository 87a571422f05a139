import type { Knex } from 'knex';

/**
 * Service accounts that were disabled with their maker, which secret a token was traded for, and who changes a password
 * at the moment, so that of several changes at once one goes through.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table broker.disabled_principals add column disabled_with text;
    alter table broker.service_accounts add column secret_id text;
    alter table broker.people add column password_claim text, add column password_claimed_until timestamptz`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table broker.people drop column password_claim, drop column password_claimed_until;
    alter table broker.service_accounts drop column secret_id;
    alter table broker.disabled_principals drop column disabled_with`);
}
