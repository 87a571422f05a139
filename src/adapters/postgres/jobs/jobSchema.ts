import type { Knex } from 'knex';
import { BrokerError } from '../../../domain/errors.js';

const SCHEMA = 'graphile_worker';

/** Makes the schema of the queue, empty. Rejects with `conflict` when it is missing and the owner may not make it. */
export async function requireJobSchema(db: Knex): Promise<void> {
  const { rows } = (await db.raw(
    `select to_regnamespace('${SCHEMA}') is null as missing,
       has_database_privilege(current_database(), 'create') as allowed, current_user as owner`,
  )) as { rows: { missing: boolean; allowed: boolean; owner: string }[] };
  const [state] = rows;
  if (state?.missing === true) await createSchema(db, state);
  await db.raw(LEDGER);
}

/** As the library makes it. Where it is missing, the library wants to create the schema first, even if that is there. */
const LEDGER = `
  create table if not exists ${SCHEMA}.migrations (
    id integer primary key,
    ts timestamptz not null default now(),
    breaking boolean not null default false
  )`;

async function createSchema(db: Knex, state: { allowed: boolean; owner: string }): Promise<void> {
  if (!state.allowed) {
    const detail = `The owner's role may not create schemas. As a superuser: create schema ${SCHEMA} authorization "${state.owner}".`;
    throw new BrokerError('conflict', { detail });
  }
  await db.raw(`create schema ${SCHEMA}`);
}

/** Brings the tables of the queue up to date, with the library's own migrations. */
export async function migrateJobs(ownerUrl: string): Promise<void> {
  const { Logger, runMigrations } = await import('graphile-worker');
  const logger = new Logger(() => () => undefined);
  await runMigrations({ connectionString: ownerUrl, maxPoolSize: 1, schema: SCHEMA, logger });
}

/** The library keeps everybody but the owner out by row security, so the app role needs a policy on each table. */
export async function grantJobsToApp(db: Knex, role: string): Promise<void> {
  await db.raw(`grant usage on schema ${SCHEMA} to ??`, [role]);
  await db.raw(`grant select, insert, update, delete on all tables in schema ${SCHEMA} to ??`, [role]);
  await db.raw(`revoke insert, update, delete on ${SCHEMA}.migrations from ??`, [role]);
  await db.raw(`grant execute on all functions in schema ${SCHEMA} to ??`, [role]);
  const { rows } = (await db.raw(
    `select relname from pg_class where relnamespace = '${SCHEMA}'::regnamespace and relrowsecurity`,
  )) as { rows: { relname: string }[] };
  for (const { relname } of rows) {
    await db.raw(`drop policy if exists broker_app on ${SCHEMA}.??`, [relname]);
    await db.raw(`create policy broker_app on ${SCHEMA}.?? to ?? using (true) with check (true)`, [
      relname,
      role,
    ]);
  }
}
