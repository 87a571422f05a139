import type { Knex } from 'knex';

/**
 * What keeps tests fenced, within their limit per host and off locked accounts, and what records the history of
 * health.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(CREDENTIALS);
  await knex.raw(REFUSED_ACCOUNTS);
  await knex.raw(HOST_SLOTS);
  await knex.raw(ACTIVE_VERSIONS);
  await knex.raw(TEST_COUNTS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger test_counted on broker.test_runs;
    drop function broker.count_test();
    drop table broker.test_counts;
    drop trigger credential_active_version on broker.credentials;
    drop function broker.note_active_version();
    drop table broker.active_versions, broker.host_slots, broker.refused_accounts;
    drop index broker.credentials_account;
    alter table broker.credentials drop column test_claim, drop column test_interval_minutes, drop column account_key`);
}

/** `account_key`: transit's keyed hash of the destination, account and secret of the active version. */
const CREDENTIALS = `
  alter table broker.credentials
    add column test_claim integer not null default 0,
    add column test_interval_minutes integer check (test_interval_minutes between 5 and 525600),
    add column account_key text;
  create index credentials_account on broker.credentials (account_key) where account_key is not null`;

/** What a service refused, until it accepts the same again, whatever became of the credential meanwhile. */
const REFUSED_ACCOUNTS = `
  create table broker.refused_accounts (
    account_key text primary key,
    code text not null,
    refused_at timestamptz not null
  )`;

/** Turns at hosts. After a crash of the server nobody holds one any more, so nothing is lost with the rows. */
const HOST_SLOTS = `
  create unlogged table broker.host_slots (
    host text not null,
    slot integer not null,
    holder uuid not null,
    until timestamptz not null,
    primary key (host, slot)
  )`;

/** Which version was the active one from when on: a test of another one says nothing of the credential's health. */
const ACTIVE_VERSIONS = `
  create table broker.active_versions (
    credential_id uuid not null references broker.credentials (id) on delete cascade,
    since timestamptz not null,
    version integer not null,
    primary key (credential_id, since)
  );
  insert into broker.active_versions (credential_id, since, version)
    select credential_id, recorded_at, max(version) from broker.credential_versions
    where source <> 'drift' group by credential_id, recorded_at;
  insert into broker.active_versions (credential_id, since, version)
    select c.id, c.updated_at, c.active_version from broker.credentials c
    where c.active_version is not null and c.active_version <> (
      select a.version from broker.active_versions a where a.credential_id = c.id order by a.since desc limit 1)
    on conflict (credential_id, since) do update set version = excluded.version;
  create function broker.note_active_version() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    if tg_op = 'UPDATE' and new.active_version is not distinct from old.active_version then
      return null;
    end if;
    insert into broker.active_versions (credential_id, since, version)
      values (new.id, new.updated_at, new.active_version)
      on conflict (credential_id, since) do update set version = excluded.version;
    return null;
  end $$;
  create trigger credential_active_version after insert or update of active_version on broker.credentials
    for each row when (new.active_version is not null) execute function broker.note_active_version()`;

/** Of all processes together. A row a code and connection, so that tests at once don't wait for each other. */
const TEST_COUNTS = `
  create table broker.test_counts (
    code text not null,
    shard integer not null,
    total bigint not null,
    primary key (code, shard)
  );
  insert into broker.test_counts (code, shard, total) select code, 0, count(*) from broker.test_runs group by code;
  create function broker.count_test() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    insert into broker.test_counts as known (code, shard, total) values (new.code, pg_backend_pid() % 16, 1)
      on conflict (code, shard) do update set total = known.total + 1;
    return null;
  end $$;
  create trigger test_counted after insert on broker.test_runs
    for each row execute function broker.count_test()`;
