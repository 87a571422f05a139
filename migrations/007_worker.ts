import type { Knex } from 'knex';

/** Scheduled jobs, their results, and which workers are alive. The jobs themselves are in a separate schema. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(WORKER);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table broker.worker_schedules, broker.worker_tasks, broker.worker_processes');
}

const WORKER = `
  create table broker.worker_schedules (
    name text primary key,
    expression text not null,
    timezone text not null,
    next_due_at timestamptz not null,
    last_due_at timestamptz
  );
  create table broker.worker_tasks (
    task text primary key,
    runs bigint not null,
    failures bigint not null,
    last_started_at timestamptz not null,
    last_duration_ms integer not null,
    last_code text not null,
    last_ok_at timestamptz
  );
  create table broker.worker_processes (
    id text primary key,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
  )`;
