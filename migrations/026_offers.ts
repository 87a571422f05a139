import type { Knex } from 'knex';

/** Consent: what fills the variables of a receiver, since when, and what a receiver accepted, declined or prefers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(GRANTS);
  await knex.raw(MEMBERS);
  await knex.raw(CREDENTIALS);
  await knex.raw(ANSWERS);
  await knex.raw(SERVED_TODAY);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table broker.preferences, broker.offer_answers;
    drop trigger credential_claims on broker.credentials;
    drop function broker.note_claims();
    alter table broker.credentials drop column env_added, drop column active_since, drop column labelled_at,
      drop column renamed_at;
    alter table broker.team_members drop column confirmed, drop column since;
    alter table broker.grants drop column id, drop column giver_role, drop column confirmed, drop column since`);
}

/**
 * `id`: a grant that is taken back and given again is another one. `created_by` is the giver, `giver_role` their role at
 * that time. `confirmed`: the giver may fill the receivers' variables without their consent. `since`: when the grant began
 * to count. The build before writes rows without these columns: they are offers.
 */
const GRANTS = `
  alter table broker.grants
    add column id uuid not null default gen_random_uuid(),
    add column giver_role text,
    add column confirmed boolean not null default false,
    add column since timestamptz not null default now();
  create unique index grants_id on broker.grants (id)`;

/** `confirmed`: an admin, the member, or the keeper of the member's account added them. */
const MEMBERS = `
  alter table broker.team_members
    add column confirmed boolean not null default false,
    add column since timestamptz not null default now()`;

/**
 * `env_added`: of each variable that was named after the credential was created: when (milliseconds since 1970) and
 * by which principal. `active_since`: the last return from disabled or deleted. A trigger maintains all of it, so
 * that no writer forgets it.
 */
const CREDENTIALS = `
  alter table broker.credentials
    add column env_added jsonb not null default '{}',
    add column active_since timestamptz,
    add column labelled_at timestamptz,
    add column renamed_at timestamptz;
  create function broker.note_claims() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    if new.env_names <> old.env_names then
      new.env_added := coalesce((
        select jsonb_object_agg(named.variable, coalesce(old.env_added -> named.variable, jsonb_build_object(
          'at', (extract(epoch from new.updated_at) * 1000)::float8, 'by', new.updated_by)))
        from jsonb_object_keys(new.env_names) named (variable)
        where jsonb_exists(old.env_added, named.variable) or not jsonb_exists(old.env_names, named.variable)), '{}');
    end if;
    if new.labels <> old.labels then new.labelled_at := new.updated_at; end if;
    if new.name <> old.name then new.renamed_at := new.updated_at; end if;
    if new.status = 'active' and old.status in ('disabled', 'deleted') then new.active_since := new.updated_at; end if;
    return new;
  end $$;
  create trigger credential_claims before update on broker.credentials for each row
    when ((old.env_names, old.labels, old.name, old.status)
      is distinct from (new.env_names, new.labels, new.name, new.status))
    execute function broker.note_claims()`;

/**
 * One answer for each grant and receiver. `variables`: each accepted variable and when (milliseconds since 1970); `since`: the first yes;
 * `refused`: variables of an accepted offer that the receiver does not want to be asked about again.
 */
const ANSWERS = `
  create table broker.offer_answers (
    grant_id uuid not null,
    principal text not null,
    credential_id uuid not null references broker.credentials (id) on delete cascade,
    answer text not null check (answer in ('accepted', 'declined')),
    variables jsonb not null default '{}',
    refused text[] not null default '{}',
    since timestamptz not null,
    answered_at timestamptz not null,
    answered_by text not null,
    primary key (grant_id, principal)
  );
  create index offer_answers_of_principal on broker.offer_answers (principal, credential_id);
  create table broker.preferences (
    principal text not null,
    kind text not null check (kind in ('variable', 'service_type')),
    name text not null,
    credential_id uuid not null references broker.credentials (id) on delete cascade,
    set_at timestamptz not null,
    set_by text not null,
    primary key (principal, kind, name)
  )`;

/**
 * What is served today goes on: direct grants count as accepted for the variables that their credentials have now. Times
 * long ago keep today's order: direct before shared, the label `default=true` first, equals as equals.
 */
const SERVED_TODAY = `
  update broker.team_members set confirmed = true, since = 'epoch';
  update broker.grants g set
    confirmed = g.subject_kind in ('team', 'role') or g.subject_kind = 'service_account' and (
      exists (select 1 from broker.service_accounts s where 'sa:' || s.id = g.subject and s.created_by = g.created_by)
      or exists (select 1 from broker.people p where p.principal = g.created_by and p.role = 'admin')
      or exists (select 1 from broker.principal_addresses a where a.principal = g.created_by and a.role = 'admin')),
    since = timestamptz 'epoch' + make_interval(days =>
      case when g.subject_kind in ('team', 'role') then 2 else 0 end
      + case when c.labels ->> 'default' = 'true' then 0 else 1 end)
    from broker.credentials c where c.id = g.credential_id;
  insert into broker.offer_answers (grant_id, principal, credential_id, answer, variables, since, answered_at, answered_by)
    select g.id, g.subject, g.credential_id, 'accepted', coalesce((
      select jsonb_object_agg(variable, 0) from jsonb_object_keys(c.env_names) variable), '{}'), 'epoch', now(), 'migration'
    from broker.grants g join broker.credentials c on c.id = g.credential_id
    where g.subject_kind in ('user', 'service_account')`;
