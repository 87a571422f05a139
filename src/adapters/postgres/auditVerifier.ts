import type pg from 'pg';
import { type ChainHead, namedPrevious } from '../../domain/auditChain.js';
import { auditCheck } from '../../domain/auditProof.js';
import { BrokerError } from '../../domain/errors.js';
import type { AuditProof, AuditVerifier } from '../../ports/auditTrail.js';
import type { Clock, Log } from '../../ports/runtime.js';
import type { CheckpointSigner } from '../../ports/vault.js';
import { toAuditRow } from './auditRow.js';
import { CheckpointProof } from './checkpointProof.js';
import { writeCheckpoint } from './checkpoints.js';
import { translate } from './errors.js';
import { type Query, queryOn } from './pools.js';

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
}): AuditVerifier {
  const { pool, slow, signer, clock, log } = parts;
  return {
    async checkpoint() {
      const made = await writeCheckpoint(slow, signer, clock);
      if (made !== null) log.info('audit.checkpoint', { number: made.number, sha256: made.sha256 });
    },
    async verify() {
      const signed = new CheckpointProof(signer);
      for (let tried = 0; tried < TRIES; tried += 1) {
        await signed.goOn(queryOn(pool));
        const proof = await inSnapshot(pool, (query) => prove(query, signed));
        if (proof !== null) return proof;
      }
      throw new BrokerError('records_unavailable', {
        detail: 'The records database cannot serve right now.',
        log: 'checkpoints came faster than they could be looked at',
      });
    },
  };
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
async function prove(query: Query, signed: CheckpointProof): Promise<AuditProof | null> {
  const [newest] = await query({ text: 'select max(number) as number from broker.audit_checkpoints' });
  if (Number(newest?.['number'] ?? 0) > (signed.last?.number ?? 0)) return null;
  const { heads, dropped, problems, count: checkpoints, last: lastCheckpoint } = signed;
  const check = auditCheck({ signed: heads, continued: await continuedHeads(query), dropped });
  let after: [string, number, Date] | null = ['', -1, new Date(0)];
  while (after !== null) {
    const rows = await query({
      name: 'audit-walk',
      text: `select * from broker.audit_events where (chain, seq, at) > ($1, $2::bigint, $3)
             order by chain, seq, at limit ${PAGE_ROWS}`,
      values: after,
    });
    const found = rows.map(toAuditRow);
    for (const row of found) check.row(row);
    const last = found.at(-1);
    after = last === undefined ? null : [last.chain, last.seq, last.at];
  }
  const result = check.end();
  const all = [...problems, ...result.problems];
  return { ...result, ok: all.length === 0, checkpoints, lastCheckpoint, problems: all };
}

async function continuedHeads(query: Query): Promise<ChainHead[]> {
  const rows = await query({
    text: `select * from broker.audit_events where seq = 0 and action = 'chain.start' and details <> '{}'::jsonb`,
  });
  return rows.map((row) => namedPrevious(toAuditRow(row))).filter((head) => head !== null);
}
