import type { Knex } from 'knex';

/** What each test of a stored credential found, by month. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(TEST_RUNS);
  await knex.raw(ensurePartitions(['audit_events', 'credential_usage', 'test_runs']));
  await knex.raw('select broker.ensure_partitions()');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(ensurePartitions(['audit_events', 'credential_usage']));
  await knex.raw('drop table broker.test_runs');
}

const TEST_RUNS = `
  create table broker.test_runs (
    id uuid not null default gen_random_uuid(),
    credential_id uuid not null,
    version integer not null,
    tested_at timestamptz not null,
    trigger text not null check (trigger in ('request', 'save', 'schedule', 'rotation')),
    caller text not null,
    code text not null,
    failed_step text,
    advice text not null,
    health text not null check (health in ('ok', 'limited', 'rejected', 'unreachable', 'unchecked')),
    identity text,
    service_version text,
    warnings text[] not null,
    duration_ms integer not null
  ) partition by range (tested_at);
  create index test_runs_newest on broker.test_runs (credential_id, tested_at desc, id desc)`;

/** As it was, but for the list of tables. */
function ensurePartitions(tables: string[]): string {
  return `
  create or replace function broker.ensure_partitions() returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s' as $fn$
  declare
    parent text;
    part text;
    first timestamp;
    made integer := 0;
  begin
    perform pg_advisory_xact_lock(hashtext('broker.ensure_partitions'));
    foreach parent in array array[${tables.map((table) => `'${table}'`).join(', ')}] loop
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
}
