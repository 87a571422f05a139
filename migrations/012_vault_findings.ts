import type { Knex } from 'knex';

/** What in Vault is not as the rows say, whether the reconciler only looks, what tasks did, and the end of old months. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(FINDINGS);
  await knex.raw(REPORT_ONLY);
  await knex.raw('alter table broker.worker_tasks add column last_counts jsonb');
  await knex.raw(DROP_PARTITIONS);
  await knex.raw('revoke all on function broker.drop_partitions(text, timestamptz) from public');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function broker.drop_partitions(text, timestamptz)');
  await knex.raw('alter table broker.worker_tasks drop column last_counts');
  await knex.raw('drop table broker.report_only, broker.vault_findings');
}

/**
 * An orphan is a path; all others are a credential. A credential that is deleted by hand takes its findings along.
 */
const FINDINGS = `
  create table broker.vault_findings (
    id uuid primary key,
    kind text not null check (kind in ('drift', 'active_gone', 'replaced', 'missing', 'orphan')),
    credential_id uuid references broker.credentials (id) on delete cascade,
    path text,
    version integer,
    facts jsonb not null default '{}',
    found_at timestamptz not null,
    resolved_at timestamptz,
    resolution text,
    check ((credential_id is null) <> (path is null)),
    check ((path is not null) = (kind = 'orphan')),
    check ((resolved_at is null) = (resolution is null))
  );
  create unique index vault_findings_open on broker.vault_findings (kind, coalesce(credential_id::text, path))
    where resolved_at is null;
  create index vault_findings_newest on broker.vault_findings (found_at desc, id desc);
  create index vault_findings_of_credential on broker.vault_findings (credential_id) where credential_id is not null`;

/** One row, or none. \`marker\` is the hash of the checkpoint in Vault that was answered for. */
const REPORT_ONLY = `
  create table broker.report_only (
    the_one boolean primary key default true check (the_one),
    since timestamptz not null,
    until timestamptz not null,
    reason text not null check (reason in ('restored', 'asked')),
    marker text
  )`;

/**
 * The app role owns nothing, so this drops for it: whole months of three tables, never the current and the last one,
 * and of the audit only what is a year old and what a checkpoint says was dropped. A short wait for the lock, since
 * everything that reads secrets would wait behind it.
 */
const DROP_PARTITIONS = `
  create function broker.drop_partitions(parent text, before timestamptz) returns text[]
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $fn$
  declare
    newest timestamp := date_trunc('month', now() at time zone 'UTC');
    part text;
    dropped text[] := '{}';
  begin
    if parent not in ('audit_events', 'credential_usage', 'test_runs') then
      raise exception 'not a table of months' using errcode = '42501';
    end if;
    newest := newest - case when parent = 'audit_events' then interval '12 months' else interval '1 month' end;
    if before at time zone 'UTC' > newest then
      raise exception 'too young to be dropped' using errcode = '42501';
    end if;
    if parent = 'audit_events' and not exists (select 1 from broker.audit_checkpoints
        where (payload::jsonb -> 'dropped' ->> 'before')::timestamptz >= before) then
      raise exception 'no checkpoint names what is dropped' using errcode = '42501';
    end if;
    perform pg_advisory_xact_lock(hashtext('broker.ensure_partitions'));
    for part in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = ('broker.' || parent)::regclass and c.relname ~ ('^' || parent || '_\\d{4}_\\d{2}$')
        and right(c.relname, 7) < to_char(before at time zone 'UTC', 'YYYY_MM')
      order by c.relname
    loop
      execute format('drop table broker.%I', part);
      dropped := dropped || part;
    end loop;
    return dropped;
  end $fn$`;
