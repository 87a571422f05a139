import pg from 'pg';
import type { Log } from '../../../ports/runtime.js';
import { translate } from './errors.js';

/** Values of a statement as `pg` binds them; JSON goes in as text. */
export type SqlValue =
  | string
  | number
  | boolean
  | Date
  | null
  | string[]
  | number[]
  | boolean[]
  | Date[]
  | (string | null)[]
  | (number | null)[]
  | (Date | null)[];

export interface Statement {
  /** Prepared once a connection under this name; the text must never change under a name. */
  name?: string;
  text: string;
  values?: readonly SqlValue[];
}

export type Row = Record<string, unknown>;

/** Runs one statement, whose columns are the members of `R`; rejects with a `BrokerError`. */
export type Query = <R extends object = Row>(statement: Statement) => Promise<R[]>;

export interface Pools {
  /** For what a request needs before it can begin (caller, rights, credential), and for readiness. */
  reads: pg.Pool;
  /** For pages that people look through, which may be slow. */
  lists: pg.Pool;
  audit: pg.Pool;
  changes: pg.Pool;
  /** One connection for long work: checkpoints, reports, partitions. */
  slow: pg.Pool;
  /** One connection to prove the audit, which reads all of it. */
  proof: pg.Pool;
  /** For the queue of jobs; one of its connections listens. */
  jobs: pg.Pool;
  /** For who works alone: a connection that holds a lock as long as the work lasts. */
  leader: pg.Pool;
  /** Breaks the connections of the check: statements that are running on one get an error. */
  cutProof(): void;
  /** Waits for statements of moments; who holds a connection for long (`slow`, `proof`, `leader`) is cut off. */
  close(): Promise<void>;
}

/** `bigint` and counts are numbers here. A statement that needs more than 53 bits selects text. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** One pool a kind of work, so that a slow list never takes the connections of secret reads or of the audit. */
export function createPools(url: string, log: Log): Pools {
  const pool = (name: string, max: number, timeoutMs: number, more: pg.PoolConfig = {}): pg.Pool => {
    const made = new pg.Pool({
      connectionString: url,
      max,
      application_name: `broker-${name}`,
      connectionTimeoutMillis: 1_000,
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs + 1_000,
      idle_in_transaction_session_timeout: 30_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      types: TYPES,
      ...more,
    });
    // An idle connection that breaks is replaced on next use; without a listener it would end the process.
    made.on('error', () => log.warn('postgres.connection_lost', { pool: name }));
    // So would one that breaks in a transaction, between two statements; the next statement reports it.
    made.on('connect', (client) => client.on('error', () => undefined));
    return made;
  };
  const pools = {
    // Starting workers takes longer than any of these statements.
    reads: pool('reads', 10, 2_000, { options: '-c max_parallel_workers_per_gather=0' }),
    lists: pool('lists', 5, 2_000),
    audit: pool('audit', 2, 2_000),
    changes: pool('changes', 6, 2_000),
    // Its turn may take as long as a long statement of another client.
    slow: pool('slow', 1, 120_000, { connectionTimeoutMillis: 10_000 }),
    proof: pool('proof', 1, 120_000),
    // Nobody waits for an answer here, and more jobs run than there are connections.
    jobs: pool('jobs', 4, 10_000, { connectionTimeoutMillis: 5_000 }),
    leader: pool('leader', 2, 2_000),
  };
  const long = [pools.slow, pools.proof, pools.leader].map(cutter);
  const cutProof = cutter(pools.proof);
  const close = async (): Promise<void> => {
    const ended = Object.values(pools).map((each) => each.end());
    for (const cut of long) cut();
    await Promise.all(ended);
  };
  return { ...pools, cutProof, close };
}

/** Breaks the connections that the pool has when it is called. */
function cutter(pool: pg.Pool): () => void {
  const clients = new Set<pg.PoolClient>();
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));
  return () => {
    // A running statement is not waited for: the server ends it in time.
    for (const client of clients) void (client as pg.PoolClient & { end(): Promise<void> }).end();
  };
}

/** Statements on any connection of a pool, or on one client. */
export function queryOn(runner: pg.Pool | pg.PoolClient): Query {
  return async <R extends object>(statement: Statement) => {
    try {
      return (await runQuery<R>(runner, statement)).rows;
    } catch (error) {
      throw translate(error);
    }
  };
}

/** The same with the driver's own errors, for callers that must distinguish them. */
export function runQuery<R extends object = Row>(
  runner: pg.Pool | pg.PoolClient,
  statement: Statement,
): Promise<pg.QueryResult<R & Row>> {
  const { name, text, values = [] } = statement;
  return runner.query<R & Row>({ ...(name === undefined ? {} : { name }), text, values: [...values] });
}
