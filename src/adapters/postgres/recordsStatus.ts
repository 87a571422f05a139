import pg from 'pg';
import type { RecordsStatus } from '../../ports/operations.js';
import type { Clock, Log } from '../../ports/runtime.js';
import { type Query, runQuery, type Statement } from './core/pools.js';
import { migrationNames } from './migrate/migrationFiles.js';

const SERVER = `
  select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "readOnly",
    to_regclass('broker.migrations') is not null as "hasSchema"`;

const SCHEMA = `
  select (select array_agg(name::text) from broker.migrations) as names,
    to_regclass('broker.audit_events_' || $1) is not null and to_regclass('broker.credential_usage_' || $1) is not null
      and to_regclass('broker.test_runs_' || $1) is not null
      as partitions`;

interface SchemaRow {
  names: string[] | null;
  partitions: boolean;
}

/** A database that is ahead of this build is fine: columns are taken away only after no build needs them. */
export function postgresStatus(runner: pg.Pool, clock: Clock, log: Log): Pick<RecordsStatus, 'health'> {
  const query: Query = async <R extends object>(statement: Statement) =>
    (await runQuery<R>(runner, statement)).rows;
  return {
    async health() {
      try {
        const [server] = await query<{ readOnly: boolean; hasSchema: boolean }>({ text: SERVER });
        if (server?.readOnly === true) return 'read_only';
        if (server?.hasSchema !== true) return 'not_migrated';
        const month = clock.now().toISOString().slice(0, 7).replace('-', '_');
        const [schema] = await query<SchemaRow>({ text: SCHEMA, values: [month] });
        const applied = new Set(schema?.names ?? []);
        if ((await migrationNames()).some((name) => !applied.has(name))) return 'not_migrated';
        return schema?.partitions === true ? 'ok' : 'partition_missing';
      } catch (error) {
        const reason = reasonOf(error);
        log.warn('postgres.unhealthy', { ...addressOf(runner.options), reason });
        return reason === 'timeout' ? 'frozen' : 'unreachable';
      }
    },
  };
}

/** Where the pool connects to, as the driver reads it; nothing of the login. */
function addressOf(options: pg.PoolOptions): { host: string; port: number } {
  const { host, port } = new pg.Client(options);
  return { host, port };
}

/** The code of the server or of the system; the texts of both may quote more. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // The pool and the driver say so in words alone.
  return /time-?out/i.test(error.message) ? 'timeout' : 'connection_lost';
}
