import type { Knex } from 'knex';

/** People who log in here, service accounts, sessions, and what makes requests repeatable. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(PEOPLE);
  await knex.raw(REQUESTS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'drop table broker.notifications, broker.idempotency_keys, broker.sessions, broker.service_accounts, broker.people',
  );
}

const PEOPLE = `
  create table broker.people (
    principal text primary key,
    username text not null constraint people_username unique,
    role text not null check (role in ('observer', 'engineer', 'architect', 'admin')),
    disabled boolean not null default false,
    must_change_password boolean not null default false,
    created_at timestamptz not null,
    created_by text not null,
    last_login_at timestamptz
  );
  create table broker.service_accounts (
    id text primary key,
    name text not null,
    description text not null default '',
    role text not null check (role in ('observer', 'engineer', 'architect', 'admin')),
    secret_hmac text not null,
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
  );
  create unique index service_accounts_name on broker.service_accounts (name) where revoked_at is null;
  create index service_accounts_of_creator on broker.service_accounts (created_by);
  create table broker.sessions (
    id text primary key,
    principal text not null,
    secret_hmac text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
  );
  create index sessions_of_principal on broker.sessions (principal) where revoked_at is null`;

const REQUESTS = `
  create table broker.idempotency_keys (
    actor text not null,
    key text not null,
    request_fingerprint text not null,
    credential_id uuid,
    state text not null check (state in ('in_progress', 'done')),
    locked_until timestamptz not null,
    response jsonb,
    created_at timestamptz not null,
    primary key (actor, key)
  );
  create table broker.notifications (
    id uuid primary key default gen_random_uuid(),
    credential_id uuid references broker.credentials (id),
    kind text not null,
    period text not null,
    recipient text not null,
    body jsonb not null,
    created_at timestamptz not null default now(),
    sent_at timestamptz
  );
  create unique index notifications_once on broker.notifications
    (coalesce(credential_id, '00000000-0000-0000-0000-000000000000'), kind, period);
  create index notifications_unsent on broker.notifications (created_at) where sent_at is null`;
