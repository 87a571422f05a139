import type pg from 'pg';
import type { ChainHead } from '../../domain/auditChain.js';
import { AuditCheck, AuditProblems } from '../../domain/auditProof.js';
import { BrokerError } from '../../domain/errors.js';
import type { AuditProof, AuditVerifier } from '../../ports/auditTrail.js';
import type { Clock, Log } from '../../ports/runtime.js';
import type { CheckpointSigner } from '../../ports/vault.js';
import { toAuditRow } from './auditRow.js';
import { CheckpointProof } from './checkpointProof.js';
import { writeCheckpoint } from './checkpoints.js';
import { translate } from './errors.js';
import { type Query, queryOn } from './pools.js';
import { sharedTurns } from './sharedTurns.js';

const PAGE_ROWS = 2_000;
/** A checkpoint comes each minute, and one is looked at within moments. */
const TRIES = 5;

/** Proves the audit row by row against hashes and signed checkpoints. Reads it all, so `pool` is for that alone. */
export function postgresVerifier(parts: {
  pool: pg.Pool;
  slow: Query;
  signer: CheckpointSigner;
  clock: Clock;
  log: Log;
  /** Breaks the connections of `pool`. */
  cut(): void;
}): AuditVerifier {
  const { pool, slow, signer, clock, log, cut } = parts;
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
      await signed.goOn(unlessStopped(queryOn(pool)));
      begin();
      const proof = await inSnapshot(pool, (query) => prove(unlessStopped(query), signed, found));
      if (proof !== null) return proof;
    }
    throw new BrokerError('records_unavailable', {
      detail: 'The records database cannot serve right now.',
      log: 'checkpoints came faster than they could be looked at',
    });
  });
  return {
    async checkpoint() {
      const newest = await writeCheckpoint(slow, { signer, clock });
      if (newest !== null) log.info('audit.checkpoint', { number: newest.number, sha256: newest.sha256 });
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
  return new BrokerError('records_unavailable', { detail: 'This process of the broker is about to end.' });
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
  signed: CheckpointProof,
  found: AuditProblems,
): Promise<AuditProof | null> {
  const [newest] = await query({ text: 'select max(number) as number from broker.audit_checkpoints' });
  if (Number(newest?.['number'] ?? 0) > (signed.last?.number ?? 0)) return null;
  signed.end();
  const check = new AuditCheck({ signed: signed.heads, dropped: signed.dropped }, found);
  let after: [string, number, string] | null = ['', -1, '-infinity'];
  while (after !== null) {
    const rows = await query({
      name: 'audit-walk',
      // As text, to the microsecond: behind a `Date` the last row would come again, for ever.
      text: `select *, at::text as exact_at from broker.audit_events where (chain, seq, at) > ($1, $2::bigint, $3)
             order by chain, seq, at limit ${PAGE_ROWS}`,
      values: after,
    });
    const page = rows.map(toAuditRow);
    for (const row of page) check.row(row);
    const last = page.at(-1);
    after = last === undefined ? null : [last.chain, last.seq, String(rows.at(-1)?.['exact_at'])];
  }
  check.end(await storedOf(query, check.continued()));
  return {
    ok: found.count === 0,
    chains: check.chains,
    rows: check.rows,
    checkpoints: signed.count,
    lastCheckpoint: signed.last,
    problemCount: found.count,
    problems: found.listed,
  };
}

/** Those that are there, by chain and number, with the hash that they have. */
async function storedOf(query: Query, named: readonly ChainHead[]): Promise<ChainHead[]> {
  const stored: ChainHead[] = [];
  // A row may name any number; what can be none of a row is not there.
  const heads = named.filter(({ seq }) => Number.isSafeInteger(seq) && seq >= 0);
  for (let n = 0; n < heads.length; n += PAGE_ROWS) {
    const page = heads.slice(n, n + PAGE_ROWS);
    const rows = await query({
      text: `select e.chain, e.seq, e.hash from unnest($1::text[], $2::bigint[]) named (chain, seq)
             join broker.audit_events e using (chain, seq)`,
      values: [page.map(({ chain }) => chain), page.map(({ seq }) => seq)],
    });
    for (const row of rows)
      stored.push({ chain: String(row['chain']), seq: Number(row['seq']), hash: String(row['hash']) });
  }
  return stored;
}
