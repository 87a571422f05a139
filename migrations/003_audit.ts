import type { Knex } from 'knex';

/** Audit rows and usage by month, signed checkpoints, and counted refusals. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(AUDIT);
  await knex.raw(USAGE);
  await knex.raw(ENSURE_PARTITIONS);
  await knex.raw('revoke all on function broker.ensure_partitions() from public');
  await knex.raw('select broker.ensure_partitions()');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function broker.ensure_partitions()');
  await knex.raw(
    'drop table broker.credential_usage, broker.refusal_counts, broker.audit_checkpoints, broker.audit_events',
  );
}

/** `ip` is text, not inet: a row is hashed as it was written. Postgres wants `at` in the key of a partitioned table. */
const AUDIT = `
  create table broker.audit_events (
    chain text not null,
    seq bigint not null,
    at timestamptz not null,
    action text not null,
    outcome text not null,
    actor text not null,
    actor_kind text not null,
    request_id text not null,
    ip text,
    credential_id text,
    version integer,
    code text,
    used_by text,
    purpose text,
    break_glass boolean not null,
    break_glass_reason text,
    details jsonb not null,
    prev_hash text not null,
    hash text not null,
    primary key (chain, seq, at)
  ) partition by range (at);
  create index audit_events_newest on broker.audit_events (at desc, chain desc, seq desc);
  create index audit_events_of_credential on broker.audit_events (credential_id, at desc)
    where credential_id is not null;
  create table broker.audit_checkpoints (
    number bigint primary key,
    at timestamptz not null,
    payload text not null,
    signature text not null
  );
  create table broker.refusal_counts (
    ip text not null,
    code text not null,
    minute timestamptz not null,
    count bigint not null,
    primary key (minute, ip, code)
  )`;

const USAGE = `
  create table broker.credential_usage (
    id uuid not null default gen_random_uuid(),
    credential_id uuid not null,
    used_by text not null,
    used_at timestamptz not null,
    success boolean not null,
    error_code text,
    purpose text,
    caller text not null
  ) partition by range (used_at);
  create index credential_usage_newest on broker.credential_usage (credential_id, used_at desc, id desc)`;

/**
 * Bounds carry +00: written in two time zones they would leave holes. The app role may call it without owning
 * anything; the lock keeps two processes from making the same partition.
 */
const ENSURE_PARTITIONS = `
  create function broker.ensure_partitions() returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s' as $fn$
  declare
    parent text;
    part text;
    first timestamp;
    made integer := 0;
  begin
    perform pg_advisory_xact_lock(hashtext('broker.ensure_partitions'));
    foreach parent in array array['audit_events', 'credential_usage'] loop
      for i in -1..12 loop
        first := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
        part := parent || '_' || to_char(first, 'YYYY_MM');
        if to_regclass('broker.' || part) is null then
          execute format('create table broker.%I partition of broker.%I for values from (%L) to (%L)', part, parent,
            to_char(first, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(first + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
          made := made + 1;
        end if;
      end loop;
    end loop;
    return made;
  end $fn$`;
