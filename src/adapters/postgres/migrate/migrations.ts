import { setTimeout as pause } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { BrokerError } from '../../../domain/errors.js';
import { isPgError, sqlState, translate } from '../core/errors.js';
import { grantJobsToApp, migrateJobs, requireJobSchema } from '../jobs/jobSchema.js';
import { grantToApp } from './appPrivileges.js';
import { migrationSource } from './migrationFiles.js';

const LOCK_KEY = 718_400_841;
/** A statement that waits for a table makes all later ones wait too: so never for long, but often. */
const LOCK_TIMEOUT = '1s';
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 1_000;
/** SQLSTATE `lock_not_available`. */
const NO_LOCK = '55P03';

export interface MigrateOptions {
  /** Connection of the role that owns the schema `broker`. */
  ownerUrl: string;
  /** The role that the processes run as; must exist. It may be the owner itself, then nothing is granted. */
  appRole: string;
}

/**
 * Brings the schema `broker` up to date and gives the app role its rights; names of what ran. Processes that start
 * at once wait for each other. Rejects with `conflict` when the schema holds tables that are not ours or the app
 * role is missing, and `records_unavailable` when the server can't serve or a lock is held too long.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const gate = new pg.Client({ connectionString: options.ownerUrl, connectionTimeoutMillis: 5_000 });
  // A lost connection shows in the query that was under way; without a listener it would end the process.
  gate.on('error', () => undefined);
  const db = ownerConnection(options.ownerUrl);
  try {
    await gate.connect();
    await gate.query(`set lock_timeout = '60s'`);
    await gate.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    return await migrateLocked(db, options);
  } catch (error) {
    throw isPgError(error) ? translate(error) : error;
  } finally {
    await db.destroy();
    await gate.end();
  }
}

function ownerConnection(ownerUrl: string): Knex {
  return knex({
    client: 'pg',
    connection: ownerUrl,
    pool: {
      min: 0,
      max: 1,
      afterCreate: (connection: pg.Client, done: (error: Error | null, connection: pg.Client) => void) => {
        connection.query(`set lock_timeout = '${LOCK_TIMEOUT}'`, (error: Error | null) =>
          done(error, connection),
        );
      },
    },
  });
}

async function migrateLocked(db: Knex, { ownerUrl, appRole }: MigrateOptions): Promise<string[]> {
  const role = await firstRow(db, 'select current_user = ? as own, to_regrole(?) is not null as known', [
    appRole,
    quoteName(appRole),
  ]);
  if (!role['known']) throw refuse(`The database role "${appRole}" does not exist; create it first.`);
  await refuseForeignTables(db);
  // Where a schema is there already, its owner may not be allowed to create any: so it is not even tried.
  const schema = await firstRow(db, `select to_regnamespace('broker') is null as missing`, []);
  if (schema['missing']) await db.raw('create schema broker');
  await requireJobSchema(db);
  // First, so that a role that sees all of our own migrations may enqueue.
  await migrateJobs(ownerUrl);
  const config: Knex.MigratorConfig = {
    migrationSource: await migrationSource(),
    schemaName: 'broker',
    tableName: 'migrations',
  };
  const before = await applied(db);
  await patiently(async () => {
    // Ours is the only migration under way (advisory lock), so a lock row of knex is left from a crash.
    await db.migrate.forceFreeMigrationsLock(config);
    await db.migrate.latest(config);
  });
  await patiently(() => db.raw('select broker.ensure_partitions()'));
  if (!role['own']) {
    await grantToApp(db, appRole);
    await grantJobsToApp(db, appRole);
  }
  return (await applied(db)).filter((name) => !before.includes(name));
}

/** Retried while another client holds a table that is needed; each try is whole or nothing. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (sqlState(error) !== NO_LOCK || attempt === LOCK_TRIES) throw error;
      await pause(LOCK_PAUSE_MS);
    }
  }
}

async function applied(db: Knex): Promise<string[]> {
  const { there } = await firstRow(db, `select to_regclass('broker.migrations') is not null as there`, []);
  if (there !== true) return [];
  const result = (await db.raw('select name from broker.migrations order by id')) as {
    rows: { name: string }[];
  };
  return result.rows.map(({ name }) => name);
}

async function refuseForeignTables(db: Knex): Promise<void> {
  const row = await firstRow(
    db,
    `select to_regclass('broker.migrations') is null
       and exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = 'broker' and c.relkind in ('r', 'p', 'v', 'm', 'f')
                     and c.relname not like 'migrations%') as foreign_tables`,
    [],
  );
  if (row['foreign_tables']) {
    throw refuse(
      'The schema "broker" of this database contains tables of another program; nothing was changed.',
    );
  }
}

async function firstRow(db: Knex, sql: string, values: string[]): Promise<Record<string, unknown>> {
  const result = (await db.raw(sql, values)) as { rows: Record<string, unknown>[] };
  return result.rows[0] ?? {};
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function refuse(detail: string): BrokerError {
  return new BrokerError('conflict', { detail });
}
