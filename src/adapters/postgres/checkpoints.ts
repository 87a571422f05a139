import { createHash } from 'node:crypto';
import type { ChainHead } from '../../domain/auditChain.js';
import { BrokerError } from '../../domain/errors.js';
import type { CheckpointName } from '../../ports/auditTrail.js';
import type { Clock } from '../../ports/runtime.js';
import type { CheckpointSigner } from '../../ports/vault.js';
import type { Query, Row } from './pools.js';

/** What a checkpoint signs. Each names the one before it, so that none can be taken out of the middle. */
export interface CheckpointPayload {
  number: number;
  at: string;
  /** Hex SHA-256 of the payload before, or null for the first. */
  previous: string | null;
  heads: ChainHead[];
  /** What was about to be dropped by age: all rows of these chains up to these, as the last of them before a moment. */
  dropped?: { before: string; heads: ChainHead[] };
}

export interface StoredCheckpoint {
  number: number;
  payload: string;
  signature: string;
}

/** Rows this much older than the last checkpoint are in one already: nothing commits a day after its time. */
const OVERLAP_MS = 24 * 3_600_000;

/** Chain by chain along the primary key, so that it costs by the number of chains, not of rows. */
const HEADS = `
  with recursive names as (
    (select min(chain) as chain from broker.audit_events)
    union all
    select (select min(e.chain) from broker.audit_events e where e.chain > names.chain) from names
    where names.chain is not null
  )
  select head.* from names cross join lateral (
    select e.chain, e.seq, e.hash, e.at from broker.audit_events e where e.chain = names.chain
    order by e.seq desc limit 1) head
  where names.chain is not null and ($1::timestamptz is null or head.at >= $1)
  order by head.chain`;

const DROPPED = `
  select distinct on (e.chain) e.chain, e.seq, e.hash from broker.audit_events e where e.at < $1
  order by e.chain, e.seq desc`;

/**
 * Signs the heads that moved since the last checkpoint, and with `droppedBefore` the ends of what is to be dropped.
 * Null when another process did it at the same time.
 */
export async function writeCheckpoint(
  query: Query,
  signer: CheckpointSigner,
  clock: Clock,
  droppedBefore?: Date,
): Promise<CheckpointName | null> {
  const last = (
    await query({ text: 'select * from broker.audit_checkpoints order by number desc limit 1' })
  )[0];
  const since = last === undefined ? null : new Date((last['at'] as Date).getTime() - OVERLAP_MS);
  const rows = await query({ text: HEADS, values: [since] });
  const at = clock.now();
  const payload: CheckpointPayload = {
    number: last === undefined ? 1 : Number(last['number']) + 1,
    at: at.toISOString(),
    previous: last === undefined ? null : payloadHash(last['payload'] as string),
    heads: rows.map(toHead),
  };
  if (droppedBefore !== undefined) {
    const ends = await query({ text: DROPPED, values: [droppedBefore] });
    payload.dropped = { before: droppedBefore.toISOString(), heads: ends.map(toHead) };
  }
  const text = JSON.stringify(payload);
  const signature = await signer.sign(text);
  const written = await query({
    text: `insert into broker.audit_checkpoints (number, at, payload, signature) values ($1, $2, $3, $4)
           on conflict do nothing returning number`,
    values: [payload.number, at, text, signature],
  });
  return written.length === 0 ? null : { number: payload.number, sha256: payloadHash(text) };
}

const toHead = (row: Row): ChainHead =>
  ({ chain: row['chain'], seq: Number(row['seq']), hash: row['hash'] }) as ChainHead;

/** Those after a number, oldest first. */
export async function readCheckpoints(
  query: Query,
  after: number,
  limit: number,
): Promise<StoredCheckpoint[]> {
  const rows = await query({
    text: `select number, payload, signature from broker.audit_checkpoints
           where number > $1 order by number limit $2`,
    values: [after, limit],
  });
  return rows.map((row) => ({
    number: Number(row['number']),
    payload: row['payload'] as string,
    signature: row['signature'] as string,
  }));
}

export function payloadHash(payload: string): string {
  return createHash('sha256').update(payload).digest('hex');
}

/** Only after its signature held. Rejects with `integrity_error` when it is not what we write. */
export function parsePayload(text: string): CheckpointPayload {
  const payload = JSON.parse(text) as Partial<CheckpointPayload>;
  if (typeof payload.number !== 'number' || !Array.isArray(payload.heads)) {
    throw new BrokerError('integrity_error', { detail: 'A signed checkpoint is not readable.' });
  }
  return payload as CheckpointPayload;
}
