import type { Knex } from 'knex';

/** Since when a credential has its health, where notices go, and the state of each delivery. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(SINCE);
  await knex.raw(CHANNELS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table broker.notification_deliveries, broker.notification_channels;
    drop index broker.notifications_of_credential;
    alter table broker.credentials drop column health_since`);
}

const SINCE = `
  alter table broker.credentials add column health_since timestamptz;
  update broker.credentials set health_since = last_tested_at where health <> 'unchecked';
  create index notifications_of_credential on broker.notifications (credential_id, created_at desc)
    where credential_id is not null`;

/** `message` is the number of what is sent together; a repeated delivery has the one it had before. */
const CHANNELS = `
  create table broker.notification_channels (
    id uuid primary key,
    name text not null constraint notification_channels_name unique,
    kind text not null check (kind in ('mail', 'slack', 'teams', 'webhook')),
    sealed_target text not null,
    shown_target text not null,
    min_severity text not null check (min_severity in ('info', 'warning', 'critical')),
    kinds text[] not null,
    labels jsonb not null,
    created_at timestamptz not null,
    created_by text not null
  );
  create table broker.notification_deliveries (
    notification_id uuid not null references broker.notifications (id),
    channel_id uuid not null references broker.notification_channels (id) on delete cascade,
    state text not null default 'pending' check (state in ('pending', 'sent', 'dead')),
    message uuid,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    created_at timestamptz not null,
    sent_at timestamptz,
    last_code text,
    primary key (notification_id, channel_id)
  );
  create index notification_deliveries_due on broker.notification_deliveries (next_attempt_at, channel_id)
    where state = 'pending'`;
