import type { Knex } from 'knex';

/** One act on many credentials: the job, and each credential with its result. Ids, names and sentences; no secret. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table broker.bulk_jobs (
      id uuid primary key,
      principal text not null,
      work jsonb not null,
      call jsonb not null,
      state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
      started_at timestamptz not null,
      ended_at timestamptz
    )`);
  await knex.raw(`create index bulk_jobs_running on broker.bulk_jobs (principal) where state = 'running'`);
  await knex.raw(`create index bulk_jobs_ended on broker.bulk_jobs (ended_at)`);
  await knex.raw(`
    create table broker.bulk_items (
      job_id uuid not null references broker.bulk_jobs (id) on delete cascade,
      n integer not null,
      credential_id uuid not null,
      name text,
      state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'skipped')),
      code text,
      detail text,
      primary key (job_id, n)
    )`);
  await knex.raw(`
    create index bulk_items_open on broker.bulk_items (job_id, n) where state in ('waiting', 'running')`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table broker.bulk_items');
  await knex.raw('drop table broker.bulk_jobs');
}
