import type pg from 'pg';
import { type ChainHead, namedPrevious } from '../../domain/auditChain.js';
import { type AuditProblem, auditCheck } from '../../domain/auditProof.js';
import type { AuditProof, AuditVerifier } from '../../ports/auditTrail.js';
import type { Clock, Log } from '../../ports/runtime.js';
import type { CheckpointSigner } from '../../ports/vault.js';
import { toAuditRow } from './auditRow.js';
import {
  parsePayload,
  payloadHash,
  readCheckpoints,
  type StoredCheckpoint,
  writeCheckpoint,
} from './checkpoints.js';
import { translate } from './errors.js';
import { type Query, queryOn } from './pools.js';

const PAGE_ROWS = 2_000;
const NUMBERS = 'checkpoints';

/** Proves the audit row by row against hashes and signed checkpoints. Reads it all, so it has its own connection. */
export function postgresVerifier(parts: {
  pool: pg.Pool;
  signer: CheckpointSigner;
  clock: Clock;
  log: Log;
}): AuditVerifier {
  const { pool, signer, clock, log } = parts;
  return {
    async checkpoint() {
      const made = await writeCheckpoint(queryOn(pool), signer, clock);
      if (made !== null) log.info('audit.checkpoint', { number: made.number, sha256: made.sha256 });
    },
    async verify() {
      const client = await pool.connect().catch((error: unknown) => {
        throw translate(error);
      });
      const query = queryOn(client);
      try {
        // One snapshot for rows and checkpoints: what comes meanwhile is the next proof's.
        await query({ text: 'begin isolation level repeatable read read only' });
        const proof = await prove(query, signer);
        await query({ text: 'commit' });
        client.release();
        return proof;
      } catch (error) {
        client.release(true);
        throw error;
      }
    },
  };
}

async function prove(query: Query, signer: CheckpointSigner): Promise<AuditProof> {
  const stored = await readCheckpoints(query);
  const { heads, dropped, problems } = await checkSignatures(stored, signer);
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
  const newest = stored.at(-1);
  const lastCheckpoint =
    newest === undefined ? null : { number: newest.number, sha256: payloadHash(newest.payload) };
  return { ...result, ok: all.length === 0, checkpoints: stored.length, lastCheckpoint, problems: all };
}

async function continuedHeads(query: Query): Promise<ChainHead[]> {
  const rows = await query({
    text: `select * from broker.audit_events where seq = 0 and action = 'chain.start' and details <> '{}'::jsonb`,
  });
  return rows.map((row) => namedPrevious(toAuditRow(row))).filter((head) => head !== null);
}

/** The heads of all checkpoints whose signature holds, and what they say was dropped by age. */
async function checkSignatures(
  stored: StoredCheckpoint[],
  signer: CheckpointSigner,
): Promise<{ heads: ChainHead[]; dropped: ChainHead[]; problems: AuditProblem[] }> {
  const heads: ChainHead[] = [];
  const dropped: ChainHead[] = [];
  const problems: AuditProblem[] = [];
  let previous: string | null = null;
  for (const [index, { number, payload, signature }] of stored.entries()) {
    const tell = (problem: string): void => void problems.push({ chain: NUMBERS, seq: number, problem });
    if (number !== index + 1) tell('deleted: a checkpoint before it is missing');
    if (!(await signer.verify(payload, signature))) {
      tell('the signature does not hold');
    } else {
      const told = parsePayload(payload);
      if (told.number !== number || told.previous !== previous) tell('it does not follow the one before it');
      heads.push(...told.heads);
      dropped.push(...(told.dropped?.heads ?? []));
    }
    previous = payloadHash(payload);
  }
  return { heads, dropped, problems };
}
