import type { Knex } from 'knex';

/**
 * What the owner last agreed to, if another user changed it since: `own_env_names`, `own_labels`, `own_name`; null:
 * as in the row. The creator of a service account agrees for it. Variables that others added before are held back
 * too.
 */
export async function up(knex: Knex): Promise<void> {
  for (const statement of [COLUMNS, AGREES, AGREED, NOTE, TRIGGERS, ADDED_BEFORE]) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger own_env_names on broker.credentials;
    drop trigger own_labels on broker.credentials;
    drop trigger own_name on broker.credentials;
    drop function broker.note_own_env_names();
    drop function broker.note_own_labels();
    drop function broker.note_own_name();
    drop function broker.agreed(jsonb, jsonb, jsonb);
    drop function broker.agrees_for(text, text);
    alter table broker.credentials drop column own_env_names, drop column own_labels, drop column own_name`);
}

const COLUMNS = `
  alter table broker.credentials
    add column own_env_names jsonb,
    add column own_labels jsonb,
    add column own_name text`;

/** Whether a change is the owner's own: by the owner, or by the creator of the account that owns it. */
const AGREES = `
  create function broker.agrees_for(owner text, changed_by text) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
    select changed_by = owner or exists (
      select 1 from broker.service_accounts s where s.id = substr(owner, 4) and owner like 'sa:%' and s.created_by = changed_by)
  $$`;

/**
 * What an owner agrees to who replaces a map: all of it when it is sent as it is; else only what they change in it, since
 * the rest is sent back by every client that adds one entry.
 */
const AGREED = `
  create function broker.agreed(own jsonb, old jsonb, new jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when new = old then new else coalesce((
      select jsonb_object_agg(entry.key, entry.value) from (
        select named.key, case when new -> named.key is distinct from old -> named.key
          then new -> named.key else own -> named.key end as value
        from jsonb_object_keys(own || old || new) named (key)) entry
      where entry.value is not null), '{}') end
  $$`;

/** They run when a statement sets the column, to the same value too. */
const note = (column: string) => `
  create function broker.note_own_${column}() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    new.own_${column} := coalesce(old.own_${column}, old.${column});
    if broker.agrees_for(new.owner, new.updated_by) then
      new.own_${column} := ${column === 'name' ? 'new.name' : `broker.agreed(new.own_${column}, old.${column}, new.${column})`};
    end if;
    new.own_${column} := nullif(new.own_${column}, new.${column});
    return new;
  end $$;`;
const NOTE = ['env_names', 'labels', 'name'].map(note).join('');

const trigger = (column: string) => `
  create trigger own_${column} before update of ${column} on broker.credentials for each row
    execute function broker.note_own_${column}();`;
const TRIGGERS = ['env_names', 'labels', 'name'].map(trigger).join('');

const ADDED_BEFORE = `
  update broker.credentials c set own_env_names = c.env_names - array(
      select added.key from jsonb_each(c.env_added) added where not broker.agrees_for(c.owner, added.value ->> 'by'))
    where exists (
      select 1 from jsonb_each(c.env_added) added where not broker.agrees_for(c.owner, added.value ->> 'by'))`;
