import type { Knex } from 'knex';

/**
 * What the last import brought, so that the next one can compare: the version that holds the value of each field, and
 * the variables. Without a value. Of imports before this table: their newest version, and the variables as they are now.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table broker.import_marks (
      credential_id uuid primary key references broker.credentials (id) on delete cascade,
      fields jsonb not null,
      env_names jsonb not null,
      at timestamptz not null
    )`);
  await knex.raw(`
    insert into broker.import_marks (credential_id, fields, env_names, at)
    select distinct on (c.id) c.id,
      (select jsonb_object_agg(f, v.version) from (
        select jsonb_object_keys(v.settings) f union select jsonb_array_elements_text(to_jsonb(v.secret_fields))) of_version),
      c.env_names, v.recorded_at
    from broker.credentials c join broker.credential_versions v on v.credential_id = c.id
    where v.source = 'import' and c.status not in ('destroying', 'destroyed')
      and (v.settings <> '{}' or to_jsonb(v.secret_fields) <> '[]')
    order by c.id, v.version desc`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table broker.import_marks');
}
