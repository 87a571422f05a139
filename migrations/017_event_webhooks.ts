import type { Knex } from 'knex';

/** Events in the order of their commits, those of who was given or lost access, and webhooks that hear of all at once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(NUMBERS);
  await knex.raw(WEBHOOKS);
  await knex.raw(SUBJECTS);
  await knex.raw(OF_GRANTS);
  await knex.raw(OF_MEMBERS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger member_event on broker.team_members;
    drop function broker.note_member();
    drop trigger grant_event on broker.grants;
    drop function broker.note_grant();
    delete from broker.events where subject is not null;
    alter table broker.events drop column subject_kind, drop column subject;
    drop table broker.event_webhooks;
    delete from broker.notification_channels where events;
    alter table broker.notification_channels drop column events;
    drop trigger event_number on broker.events;
    drop function broker.number_event();
    drop table broker.event_counter;
    alter table broker.events drop column number`);
}

/**
 * The number is given while the transaction commits, and the counter's row is locked until it has: so a reader of a
 * number has seen all events before it. By the numbers of an identity, or by transactions, a change that commits late
 * could be skipped. Without gaps from now on, so that missing events can be detected. The column `tx` stays for the
 * build before.
 */
const NUMBERS = `
  alter table broker.events add column number bigint;
  update broker.events set number = id;
  create unique index events_number on broker.events (number);
  create table broker.event_counter (single boolean primary key default true check (single), last bigint not null);
  insert into broker.event_counter (last) select coalesce(max(number), 0) from broker.events;
  create function broker.number_event() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    given bigint;
  begin
    update broker.event_counter set last = last + 1 returning last into given;
    update broker.events set number = given where id = new.id;
    return null;
  end $$;
  create constraint trigger event_number after insert on broker.events deferrable initially deferred
    for each row execute function broker.number_event()`;

/**
 * `position` is the last event that was dealt with, `upto` the last one of the delivery under way: a repetition holds the
 * same events. `missed`: some were given up or are no longer kept, which the next delivery says.
 */
const WEBHOOKS = `
  alter table broker.notification_channels add column events boolean not null default false;
  create table broker.event_webhooks (
    channel_id uuid primary key references broker.notification_channels (id) on delete cascade,
    position bigint not null,
    upto bigint,
    missed boolean not null default false,
    attempts integer not null default 0,
    failing_since timestamptz,
    next_attempt_at timestamptz,
    last_sent_at timestamptz,
    last_code text
  )`;

/** Who an event is for; null: everyone who may see the credential. */
const SUBJECTS = 'alter table broker.events add column subject_kind text, add column subject text';

/** A credential that is still being created sends events from its first version on. */
const OF_GRANTS = `
  create function broker.note_grant() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    g broker.grants;
  begin
    if tg_op = 'DELETE' then g := old; else g := new; end if;
    if tg_op = 'UPDATE' and (new.level, new.expires_at) is not distinct from (old.level, old.expires_at) then
      return null;
    end if;
    insert into broker.events (credential_id, kind, subject_kind, subject, details)
      select c.id, case tg_op when 'DELETE' then 'credential.revoked' else 'credential.granted' end,
        g.subject_kind, g.subject,
        jsonb_build_object('to', g.subject_kind || ':' || g.subject, 'level', g.level, 'expires_at', g.expires_at)
      from broker.credentials c where c.id = g.credential_id and c.status <> 'pending';
    return null;
  end $$;
  create trigger grant_event after insert or update or delete on broker.grants
    for each row execute function broker.note_grant()`;

const OF_MEMBERS = `
  create function broker.note_member() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    m broker.team_members;
  begin
    if tg_op = 'DELETE' then m := old; else m := new; end if;
    insert into broker.events (credential_id, kind, subject_kind, subject, details)
      select c.id, case tg_op when 'DELETE' then 'credential.revoked' else 'credential.granted' end,
        case when m.principal like 'sa:%' then 'service_account' else 'user' end, m.principal,
        jsonb_build_object('to', 'team:' || m.team, 'level', g.level, 'expires_at', g.expires_at)
      from broker.grants g join broker.credentials c on c.id = g.credential_id
      where g.subject_kind = 'team' and g.subject = m.team and c.status <> 'pending';
    return null;
  end $$;
  create trigger member_event after insert or delete on broker.team_members
    for each row execute function broker.note_member()`;
