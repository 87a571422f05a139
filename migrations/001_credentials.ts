import type { Knex } from 'knex';

/** Credentials, their versions and open writes, and who they are shared with. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(SEARCH_TEXT);
  await knex.raw(CREDENTIALS);
  await knex.raw(VERSIONS_AND_INTENTS);
  await knex.raw(GRANTS_AND_TEAMS);
  await knex.raw(TRIGRAMS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop table broker.grants, broker.team_members, broker.teams, broker.write_intents, broker.credential_versions, broker.credentials',
  );
  await knex.raw('drop function broker.search_text(text, text, jsonb)');
}

const SEARCH_TEXT = `
  create function broker.search_text(name text, description text, settings jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select lower(name || ' ' || description || ' ' ||
      coalesce((select string_agg(e.value, ' ' order by e.key) from jsonb_each_text(settings) e), ''))
  $$`;

const CREDENTIALS = `
  create table broker.credentials (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    service_type text not null,
    owner text not null,
    vault_path text not null unique,
    active_version integer,
    active_created_time text,
    latest_version integer not null default 0,
    settings jsonb not null default '{}',
    secret_fields text[] not null default '{}',
    description text not null default '',
    labels jsonb not null default '{}',
    env_names jsonb not null default '{}',
    status text not null
      check (status in ('pending', 'active', 'disabled', 'deleted', 'destroying', 'destroyed')),
    health text not null check (health in ('ok', 'limited', 'rejected', 'unreachable', 'unchecked')),
    last_tested_at timestamptz,
    last_test_code text,
    identity text,
    next_test_at timestamptz,
    expires_at timestamptz,
    expires_source text check (expires_source in ('provider', 'user')),
    rotation_interval_days integer,
    last_rotated_at timestamptz,
    next_rotation_at timestamptz,
    revision integer not null default 1,
    created_at timestamptz not null,
    created_by text not null,
    updated_at timestamptz not null,
    updated_by text not null,
    deleted_at timestamptz,
    deleted_by text,
    search_text text generated always as (broker.search_text(name, description, settings)) stored
  );
  create unique index credentials_owner_name on broker.credentials (owner, name)
    where status not in ('deleted', 'destroying', 'destroyed');
  create index credentials_list on broker.credentials (created_at desc, id desc)
    where status not in ('deleted', 'destroying', 'destroyed');
  create index credentials_of_owner on broker.credentials (owner, created_at desc, id desc);
  create index credentials_expiring on broker.credentials (expires_at)
    where expires_at is not null and status = 'active';
  create index credentials_test_due on broker.credentials (next_test_at)
    where next_test_at is not null and status = 'active';
  create index credentials_labels on broker.credentials using gin (labels jsonb_path_ops)`;

const VERSIONS_AND_INTENTS = `
  create table broker.credential_versions (
    credential_id uuid not null references broker.credentials (id),
    version integer not null check (version > 0),
    created_time text not null,
    settings jsonb not null,
    secret_fields text[] not null,
    changed_fields text[] not null,
    author text not null,
    reason text,
    source text not null check (source in ('api', 'cli', 'import', 'rotation', 'drift')),
    fingerprint text not null,
    recorded_at timestamptz not null,
    primary key (credential_id, version)
  );
  create table broker.write_intents (
    id text primary key,
    credential_id uuid not null references broker.credentials (id),
    kind text not null check (kind in ('create', 'update', 'rotate')),
    expected_version integer not null,
    fingerprint text not null,
    settings jsonb not null,
    secret_fields text[] not null,
    changed_fields text[] not null,
    actor text not null,
    request_id text not null,
    reason text,
    source text not null,
    patch jsonb not null,
    created_at timestamptz not null,
    closed_at timestamptz,
    outcome text check (outcome in ('completed', 'abandoned')),
    check ((closed_at is null) = (outcome is null))
  );
  create unique index write_intents_one_open on broker.write_intents (credential_id) where closed_at is null;
  create index write_intents_open_age on broker.write_intents (created_at) where closed_at is null`;

const GRANTS_AND_TEAMS = `
  create table broker.grants (
    credential_id uuid not null references broker.credentials (id),
    subject_kind text not null check (subject_kind in ('user', 'team', 'role', 'service_account')),
    subject text not null,
    level text not null check (level in ('use', 'read', 'manage')),
    expires_at timestamptz,
    created_at timestamptz not null,
    created_by text not null,
    primary key (credential_id, subject_kind, subject)
  );
  create index grants_of_subject on broker.grants (subject, subject_kind, credential_id);
  create table broker.teams (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    description text not null default '',
    created_at timestamptz not null,
    created_by text not null
  );
  create table broker.team_members (
    team text not null references broker.teams (name) on delete cascade,
    principal text not null,
    lead boolean not null default false,
    added_at timestamptz not null,
    added_by text not null,
    primary key (team, principal)
  );
  create index team_members_of_principal on broker.team_members (principal, team)`;

/** Search works without the extension too, only slower; not every server lets us create it. */
const TRIGRAMS = `
  do $do$
  declare home text;
  begin
    begin
      create extension if not exists pg_trgm with schema broker;
    exception when insufficient_privilege or undefined_file or feature_not_supported then
      raise notice 'pg_trgm is not available; search goes without an index';
    end;
    select n.nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_trgm';
    if home is not null then
      execute format('create index credentials_search on broker.credentials using gin (search_text %I.gin_trgm_ops)', home);
    end if;
  end $do$`;
