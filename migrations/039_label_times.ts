import type { Knex } from 'knex';

/**
 * Since when a credential has each label, so that another label does not make it count as new (`labels_added`). New entries
 * of `env_added` also say what their author was then: an admin (`admin`; null: not known), and in which teams that it is shared with (`teams`).
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table broker.credentials add column labels_added jsonb not null default '{}'`);
  await knex.raw(noteClaims(AUTHOR, NOTE_LABELS));
  await knex.raw(LABELLED_BEFORE);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(noteClaims(`'by', new.updated_by`, ''));
  await knex.raw('alter table broker.credentials drop column labels_added');
}

/**
 * Labels that were set or changed after the credential was created: when (milliseconds since 1970) and by which
 * principal.
 */
const NOTE_LABELS = `
      new.labels_added := coalesce((
        select jsonb_object_agg(label.key, case when old.labels -> label.key = label.value
          then old.labels_added -> label.key
          else jsonb_build_object(
            'at', (extract(epoch from new.updated_at) * 1000)::float8, 'by', new.updated_by) end)
        from jsonb_each(new.labels) label
        where old.labels -> label.key is distinct from label.value or jsonb_exists(old.labels_added, label.key)), '{}');`;

/** Trust that ends later does not end what was named before; what is named after it needs a yes. */
const AUTHOR = `'by', new.updated_by,
          'admin', coalesce(
            (select p.role = 'admin' from broker.people p where p.principal = new.updated_by),
            (select a.role = 'admin' from broker.principal_addresses a where a.principal = new.updated_by)),
          'teams', array(select m.team from broker.team_members m join broker.grants g
            on g.credential_id = new.id and g.subject_kind = 'team' and g.subject = m.team
            where m.principal = new.updated_by)`;

/** As in 026, with more to do where labels change. The build before reads `labelled_at`. */
const noteClaims = (author: string, labels: string) => `
  create or replace function broker.note_claims() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    if new.env_names <> old.env_names then
      new.env_added := coalesce((
        select jsonb_object_agg(named.variable, coalesce(old.env_added -> named.variable, jsonb_build_object(
          'at', (extract(epoch from new.updated_at) * 1000)::float8, ${author})))
        from jsonb_object_keys(new.env_names) named (variable)
        where jsonb_exists(old.env_added, named.variable) or not jsonb_exists(old.env_names, named.variable)), '{}');
    end if;
    if new.labels <> old.labels then
      new.labelled_at := new.updated_at;${labels}
    end if;
    if new.name <> old.name then new.renamed_at := new.updated_at; end if;
    if new.status = 'active' and old.status in ('disabled', 'deleted') then new.active_since := new.updated_at; end if;
    return new;
  end $$`;

/** One time was kept for all labels: it is the only bound that is known for each. */
const LABELLED_BEFORE = `
  update broker.credentials c set labels_added = (
      select jsonb_object_agg(key, jsonb_build_object(
        'at', (extract(epoch from c.labelled_at) * 1000)::float8, 'by', 'migration'))
      from jsonb_object_keys(c.labels) key)
    where c.labelled_at is not null and c.labels <> '{}'`;
