import type pg from 'pg';
import type { AuditRow } from '../../../domain/audit/audit.js';
import type { ChainHead, RowKey } from '../../../domain/audit/auditChain.js';
import { RowMacs } from '../../../domain/audit/auditMacs.js';
import { AuditCheck, AuditProblems } from '../../../domain/audit/auditProof.js';
import { UNSIGNED_MS } from '../../../domain/audit/checkpoint.js';
import { BrokerError } from '../../../domain/errors.js';
import type { AuditProof, AuditVerifier } from '../../../ports/auditTrail.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import type { ChainKeys, CheckpointSigner } from '../../../ports/vault.js';
import { translate } from '../core/errors.js';
import { type Query, queryOn } from '../core/pools.js';
import { AUDIT_COLUMNS, type ExactRow } from './auditRow.js';
import { keysOf } from './chainTails.js';
import { CheckpointProof } from './checkpointProof.js';
import { databaseNow, EXACT_AT, headsBetween } from './checkpointRows.js';
import { writeCheckpoint } from './checkpoints.js';
import { sharedTurns } from './sharedTurns.js';

const PAGE_ROWS = 2_000;

type ChainsKeys = ReadonlyMap<string, RowKey | null>;
/** A checkpoint comes each minute, and one is looked at within moments. */
const TRIES = 5;

/** Proves the audit row by row against hashes and signed checkpoints. Reads it all, so `pool` is for that alone. */
export function postgresVerifier(parts: {
  pool: pg.Pool;
  slow: Query;
  signer: CheckpointSigner;
  chainKeys: ChainKeys;
  clock: Clock;
  log: Log;
  /** Breaks the connections of `pool`. */
  cut(): void;
}): AuditVerifier {
  const { pool, slow, signer, chainKeys, clock, log, cut } = parts;
  let stopping = false;
  /** Page by page it looks whether it shall stop. */
  const unlessStopped =
    (query: Query): Query =>
    (statement) =>
      stopping ? Promise.reject(stopped()) : query(statement);
  const verify = sharedTurns(async (begin) => {
    const found = new AuditProblems();
    const signed = new CheckpointProof(signer, found);
    for (let tried = 0; tried < TRIES; tried += 1) {
      const outside = unlessStopped(queryOn(pool));
      await signed.goOn(outside);
      const keys = await keysOf(chainKeys, await headsBetween(outside, '-infinity', 'infinity'));
      begin();
      const proof = await inSnapshot(pool, (query) => prove(unlessStopped(query), { signed, keys, found }));
      if (proof !== null) return proof;
    }
    throw new BrokerError('records_unavailable', {
      detail: 'The records database is not available right now.',
      log: 'checkpoints were added faster than they could be verified',
    });
  });
  return {
    async checkpoint(options = { keyed: false }) {
      const { newest, problems, keyed } = await writeCheckpoint(slow, { signer, chainKeys, clock }, options);
      if (newest !== null) log.info('audit.checkpoint', { number: newest.number, sha256: newest.sha256 });
      return { newest, problems, keyed };
    },
    verify: () =>
      verify().catch((error: unknown) => {
        throw stopping ? stopped() : error;
      }),
    stop() {
      stopping = true;
      cut();
    },
  };
}

function stopped(): BrokerError {
  return new BrokerError('records_unavailable', { detail: 'This broker process is shutting down.' });
}

/** What comes meanwhile is the next proof's. */
async function inSnapshot<T>(pool: pg.Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw translate(error);
  });
  const query = queryOn(client);
  try {
    await query({ text: 'begin isolation level repeatable read read only' });
    const result = await work(query);
    await query({ text: 'commit' });
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Null where the snapshot has a checkpoint that was not looked at: it may say that rows were dropped. */
async function prove(
  query: Query,
  { signed, keys, found }: { signed: CheckpointProof; keys: ChainsKeys; found: AuditProblems },
): Promise<AuditProof | null> {
  const newer = await query({
    text: 'select 1 from broker.audit_checkpoints where number > $1::bigint limit 1',
    values: [signed.seen],
  });
  if (newer.length > 0) return null;
  const { check: checkpoints } = signed;
  checkpoints.end();
  const { heads, dropped, legacyEnds: ends, keyedSince } = checkpoints;
  const macs = new RowMacs(keys, { ends, open: keyedSince === null });
  const check = new AuditCheck({ signed: heads, dropped, macs }, found);
  await walk(query, (row, exactAt) => {
    // Another chain began after the keys were asked for: it is the next proof's.
    if (keys.has(row.chain)) check.row(row, exactAt);
  });
  check.end(await storedOf(query, check.continued()));
  const unsigned = tellUnsigned(check, await databaseNow(query), found);
  return {
    ok: found.count === 0,
    chains: check.chains,
    rows: check.rows,
    checkpoints: checkpoints.count,
    lastCheckpoint: checkpoints.last,
    problemCount: found.count,
    problems: found.listed,
    ...unsigned,
  };
}

async function walk(query: Query, each: (row: AuditRow, exactAt: string) => void): Promise<void> {
  let after: [string, number, string] | null = ['', -1, '-infinity'];
  while (after !== null) {
    const rows: ExactRow[] = await query<ExactRow>({
      name: 'audit-walk',
      // As text, to the microsecond: behind a `Date` the last row would come again, for ever.
      text: `select ${AUDIT_COLUMNS}, ${EXACT_AT} as "exactAt" from broker.audit_events
             where (chain, seq, at) > ($1, $2::bigint, $3) order by chain, seq, at limit ${PAGE_ROWS}`,
      values: after,
    });
    for (const { exactAt, ...row } of rows) each(row, String(exactAt));
    const last = rows.at(-1);
    after = last === undefined ? null : [last.chain, last.seq, String(last.exactAt)];
  }
}

function tellUnsigned(
  check: AuditCheck,
  now: Date,
  found: AuditProblems,
): Pick<AuditProof, 'unsignedRows' | 'oldestUnsignedAt'> {
  const before = now.getTime() - UNSIGNED_MS;
  for (const first of check.unsigned)
    if (first.at.getTime() < before)
      found.tell(first, 'unsigned: no checkpoint covers it and the rows after it');
  const times = check.unsigned.map(({ at }) => at.getTime());
  return {
    unsignedRows: check.unsignedRows,
    oldestUnsignedAt: times.length === 0 ? null : new Date(Math.min(...times)),
  };
}

/** Those that are there, by chain and number, with the hash that they have. */
async function storedOf(query: Query, named: readonly ChainHead[]): Promise<ChainHead[]> {
  const stored: ChainHead[] = [];
  // A row may name any number; what can be none of a row is not there.
  const heads = named.filter(({ seq }) => Number.isSafeInteger(seq) && seq >= 0);
  for (let n = 0; n < heads.length; n += PAGE_ROWS) {
    const page = heads.slice(n, n + PAGE_ROWS);
    const rows = await query<ChainHead>({
      text: `select e.chain, e.seq, e.hash from unnest($1::text[], $2::bigint[]) named (chain, seq)
             join broker.audit_events e using (chain, seq)`,
      values: [page.map(({ chain }) => chain), page.map(({ seq }) => seq)],
    });
    stored.push(...rows);
  }
  return stored;
}
