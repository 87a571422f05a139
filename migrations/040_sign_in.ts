import type { Knex } from 'knex';
import { WITHOUT_TRANSACTION } from './concurrently.js';

export const config = WITHOUT_TRANSACTION;

/**
 * Signing in from the page: which client a session and a version came from, names of people of other issuers, and what
 * is good once: codes for the command line, and flows of OIDC that have ended. Each step can be repeated.
 */
export async function up(knex: Knex): Promise<void> {
  for (const statement of [SESSIONS, PEOPLE, ONCE, SOURCE, VALID]) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update broker.credential_versions set source = 'api' where source = 'web';
    update broker.write_intents set source = 'api' where source = 'web' and closed_at is null;
    alter table broker.credential_versions drop constraint credential_versions_source,
      add constraint credential_versions_source_check
        check (source in ('api', 'cli', 'import', 'rotation', 'drift'));
    drop table broker.used_once;
    delete from broker.people where principal not like 'local:%';
    alter table broker.people drop column name;
    alter table broker.sessions drop column client, drop column last_used_at`);
}

const SESSIONS = `
  alter table broker.sessions
    add column if not exists client text not null default 'api' check (client in ('api', 'cli', 'web')),
    add column if not exists last_used_at timestamptz`;

/** As their issuer calls them; null for local people, who have a user name. */
const PEOPLE = 'alter table broker.people add column if not exists name text';

/** A code holds a keyed hash and what it may be traded for; of a flow only its id is kept, once it was used. */
const ONCE = `
  create table if not exists broker.used_once (
    id text primary key,
    kind text not null check (kind in ('cli', 'oidc')),
    secret_hmac text,
    challenge text,
    session_id text,
    expires_at timestamptz not null,
    used_at timestamptz
  )`;

/** It allows more than the one before, so no row can break it. */
const SOURCE = `
  alter table broker.credential_versions
    drop constraint if exists credential_versions_source_check,
    drop constraint if exists credential_versions_source,
    add constraint credential_versions_source
      check (source in ('api', 'cli', 'web', 'import', 'rotation', 'drift')) not valid`;

/** Rows are read and written meanwhile. */
const VALID = 'alter table broker.credential_versions validate constraint credential_versions_source';
