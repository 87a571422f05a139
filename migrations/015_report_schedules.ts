import type { Knex } from 'knex';

/**
 * When reports are due, who receives them, and the state of each credential at any moment, so that a report is right
 * as of its end.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(SCHEDULES);
  await knex.raw(STATES);
  await knex.raw(NOTED);
  await knex.raw(KNOWN);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index broker.audit_events_drift;
    drop trigger credential_state_made on broker.credentials;
    drop trigger credential_state_changed on broker.credentials;
    drop function broker.note_state_of_row();
    drop function broker.note_state(uuid, timestamptz);
    drop table broker.credential_states;
    alter table broker.reports drop column schedule_id, drop column due_at, drop column summary, drop column members;
    drop table broker.report_schedules`);
}

/** Reports of before hold other lists, so no later one could be compared with them; the next is made by the clock. */
const SCHEDULES = `
  create table broker.report_schedules (
    id uuid primary key,
    name text not null,
    team text references broker.teams (name) on delete cascade,
    expression text not null,
    timezone text not null,
    enabled boolean not null,
    channels uuid[],
    from_environment boolean not null default false,
    next_due_at timestamptz,
    created_at timestamptz not null,
    created_by text not null
  );
  create unique index report_schedules_name on broker.report_schedules (coalesce(team, ''), name);
  create index report_schedules_due on broker.report_schedules (next_due_at) where enabled;
  delete from broker.worker_schedules where name = 'report';
  delete from broker.reports;
  alter table broker.reports
    add column schedule_id uuid references broker.report_schedules (id) on delete set null,
    add column due_at timestamptz,
    add column summary text not null,
    add column members jsonb not null;
  create index audit_events_drift on broker.audit_events (at) where action = 'credential.drift_found';
  create unique index reports_once on broker.reports (schedule_id, due_at)`;

/** One row a change, never one of before it changed. \`teams\` holds until when what is granted to a team counts. */
const STATES = `
  create table broker.credential_states (
    id bigint generated always as identity primary key,
    credential_id uuid not null,
    at timestamptz not null,
    status text not null,
    active_version integer,
    health text not null,
    code text,
    expires_at timestamptz,
    next_rotation_at timestamptz,
    teams jsonb not null
  );
  create index credential_states_newest on broker.credential_states (credential_id, id desc);
  create function broker.note_state(noted uuid, moment timestamptz) returns void
  language sql set search_path = pg_catalog, pg_temp as $$
    insert into broker.credential_states
      (credential_id, at, status, active_version, health, code, expires_at, next_rotation_at, teams)
    select c.id, moment, c.status, c.active_version, c.health, c.last_test_code, c.expires_at, c.next_rotation_at,
      coalesce((select jsonb_object_agg(g.subject, g.expires_at) from broker.grants g
        where g.credential_id = c.id and g.subject_kind = 'team'), '{}')
    from broker.credentials c where c.id = noted
  $$`;

/** A revision has its moment in the row, and so has a test; both are the broker's clock. */
const NOTED = `
  create function broker.note_state_of_row() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    perform broker.note_state(new.id, case
      when tg_op = 'INSERT' then new.created_at
      when new.revision <> old.revision then new.updated_at
      when new.last_tested_at is distinct from old.last_tested_at then new.last_tested_at
      else now() end);
    return null;
  end $$;
  create trigger credential_state_made after insert on broker.credentials
    for each row execute function broker.note_state_of_row();
  create trigger credential_state_changed after update on broker.credentials for each row
    when ((new.status, new.active_version, new.health, new.last_test_code, new.expires_at, new.next_rotation_at)
      is distinct from
      (old.status, old.active_version, old.health, old.last_test_code, old.expires_at, old.next_rotation_at))
    execute function broker.note_state_of_row()`;

/**
 * Existing credentials count in their current state, from their creation on, and as deleted from their deletion on.
 */
const KNOWN = `
  select broker.note_state(id, created_at) from broker.credentials order by created_at, id;
  update broker.credential_states s set status = case when s.active_version is null then 'pending' else 'active' end
    from broker.credentials c
    where c.id = s.credential_id and c.deleted_at is not null;
  select broker.note_state(id, deleted_at) from broker.credentials where deleted_at is not null`;
