import type { Knex } from 'knex';

/** What changed, for consumers that reload at once. Written by triggers, so that no way of changing forgets it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(EVENTS);
  await knex.raw(OF_CREDENTIALS);
  await knex.raw(OF_NOTICES);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger notice_event on broker.notifications;
    drop function broker.note_notice();
    drop trigger credential_event on broker.credentials;
    drop function broker.note_change();
    drop table broker.events`);
}

/**
 * Numbers are given before transactions commit, so a reader must not pass one that is still to come: it reads what is
 * older than every transaction that runs.
 */
const EVENTS = `
  create table broker.events (
    id bigint generated always as identity primary key,
    tx xid8 not null default pg_current_xact_id(),
    at timestamptz not null default now(),
    credential_id uuid not null,
    kind text not null,
    details jsonb not null
  );
  create index events_age on broker.events (at)`;

const OF_CREDENTIALS = `
  create function broker.note_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    if new.status <> old.status then
      insert into broker.events (credential_id, kind, details)
        values (new.id, case
          when old.status = 'pending' and new.status = 'active' then 'credential.created'
          else 'credential.' || case new.status when 'active' then 'enabled' else new.status end end,
          jsonb_build_object('version', new.active_version));
    elsif (new.active_version, new.active_created_time) is distinct from (old.active_version, old.active_created_time) then
      insert into broker.events (credential_id, kind, details) values (new.id,
        case when new.last_rotated_at is distinct from old.last_rotated_at then 'credential.rotated'
          else 'credential.version_changed' end,
        jsonb_build_object('version', new.active_version, 'before', old.active_version));
    elsif (new.name, new.env_names, new.labels) is distinct from (old.name, old.env_names, old.labels) then
      insert into broker.events (credential_id, kind, details) values (new.id, 'credential.changed', '{}');
    end if;
    if new.health <> old.health then
      insert into broker.events (credential_id, kind, details) values (new.id, 'credential.health_changed',
        jsonb_build_object('health', new.health, 'before', old.health, 'code', new.last_test_code));
    end if;
    return null;
  end $$;
  create trigger credential_event after update on broker.credentials
    for each row execute function broker.note_change()`;

const OF_NOTICES = `
  create function broker.note_notice() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  begin
    if new.credential_id is not null and new.kind in ('expiring', 'expired', 'rotation_due', 'rotation_overdue') then
      insert into broker.events (credential_id, kind, details)
        values (new.credential_id, 'credential.' || new.kind, jsonb_build_object('period', new.period));
    end if;
    return null;
  end $$;
  create trigger notice_event after insert on broker.notifications
    for each row execute function broker.note_notice()`;
