import type { Knex } from 'knex';

/**
 * Who is disabled although the account is kept elsewhere (people of another issuer) or may come back (service
 * accounts).
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table broker.disabled_principals (
      principal text primary key check (principal not like 'local:%'),
      disabled_at timestamptz not null,
      disabled_by text not null
    );
    insert into broker.disabled_principals (principal, disabled_at, disabled_by)
      select principal, now(), created_by from broker.people where principal not like 'local:%' and disabled;
    delete from broker.people where principal not like 'local:%'`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table broker.disabled_principals');
}
