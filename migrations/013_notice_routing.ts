import type { Knex } from 'knex';

/** Who receives notices, what people did about them, and channels that wait, are quiet or paused as a whole. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(ADDRESSES);
  await knex.raw(NOTICES);
  await knex.raw(CHANNELS);
  await knex.raw(DELIVERIES);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index broker.notification_deliveries_message, broker.notification_deliveries_recent,
      broker.notification_deliveries_dead, broker.notification_deliveries_waiting;
    create index notification_deliveries_due on broker.notification_deliveries (next_attempt_at, channel_id)
      where state = 'pending';
    alter table broker.notification_deliveries drop column in_flight, drop column only_to;
    delete from broker.notification_channels where recipient is not null;
    drop index broker.notification_channels_name;
    alter table broker.notification_channels add constraint notification_channels_name unique (name),
      drop column recipient, drop column team, drop column quiet, drop column paused, drop column failures,
      drop column next_attempt_at, drop column last_code, drop column last_sent_at;
    drop index broker.notifications_newest, broker.notifications_of_recipient;
    alter table broker.notifications drop column severity, drop column state, drop column acknowledged_at,
      drop column acknowledged_by, drop column snoozed_until, drop column snoozed_by;
    drop table broker.env_leftovers, broker.principal_addresses;
    drop index broker.grants_ending;
    alter table broker.credentials drop column reminders;
    alter table broker.people drop column email`);
}

const ADDRESSES = `
  alter table broker.people add column email text;
  create table broker.principal_addresses (
    principal text primary key,
    email text not null,
    seen_at timestamptz not null
  );
  create table broker.env_leftovers (
    principal text primary key,
    names text[] not null,
    imported_at timestamptz not null
  );
  alter table broker.credentials add column reminders jsonb;
  create index grants_ending on broker.grants (expires_at) where expires_at is not null`;

/** `state` is what a notice is about until it changes, such as one end: the part of its period before the first slash. */
const NOTICES = `
  alter table broker.notifications
    add column severity text not null default 'info' check (severity in ('info', 'warning', 'critical')),
    add column state text generated always as (split_part(period, '/', 1)) stored,
    add column acknowledged_at timestamptz,
    add column acknowledged_by text,
    add column snoozed_until timestamptz,
    add column snoozed_by text;
  update broker.notifications set severity = case
    when body->>'severity' in ('info', 'warning', 'critical') then body->>'severity'
    when kind = 'break_glass' then 'critical'
    when kind = 'password_reset' then 'warning'
    else 'info' end;
  create index notifications_newest on broker.notifications (created_at desc, id desc);
  create index notifications_of_recipient on broker.notifications (recipient, created_at desc, id desc);
  create index notifications_silenced on broker.notifications (kind, state)
    where acknowledged_at is not null or snoozed_until is not null`;

/** `recipient`: the mailbox of one person, created automatically; its address is looked up when something is sent. */
const CHANNELS = `
  alter table broker.notification_channels
    drop constraint notification_channels_name,
    add column recipient text,
    add column team text,
    add column quiet jsonb,
    add column paused boolean not null default false,
    add column failures integer not null default 0,
    add column next_attempt_at timestamptz,
    add column last_code text,
    add column last_sent_at timestamptz;
  update broker.notification_channels c set last_sent_at = (
    select max(d.sent_at) from broker.notification_deliveries d where d.channel_id = c.id);
  create unique index notification_channels_name on broker.notification_channels (name) where recipient is null;
  create unique index notification_channels_recipient on broker.notification_channels (recipient)
    where recipient is not null`;

/** `in_flight`: nobody knows whether the message arrived, so it stays as it is. `only_to`: who refused it before. */
const DELIVERIES = `
  alter table broker.notification_deliveries
    add column in_flight boolean not null default false,
    add column only_to text[];
  drop index broker.notification_deliveries_due;
  create index notification_deliveries_waiting on broker.notification_deliveries (channel_id, next_attempt_at)
    where state = 'pending';
  create index notification_deliveries_dead on broker.notification_deliveries (channel_id, created_at desc)
    where state = 'dead';
  create index notification_deliveries_recent on broker.notification_deliveries (channel_id, sent_at)
    where state = 'sent';
  create index notification_deliveries_message on broker.notification_deliveries (message) where state = 'pending'`;
