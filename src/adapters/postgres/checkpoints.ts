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
  /**
   * What was about to be dropped by age: all rows of these chains up to these, as the last of them before a moment, and
   * the checkpoints up to one, but for those that say the same of earlier months.
   */
  dropped?: { before: string; heads: ChainHead[]; checkpoints?: CheckpointName };
}

export interface StoredCheckpoint {
  number: number;
  payload: string;
  signature: string;
}

/** Rows this much older than the last checkpoint are in one already: nothing commits a day after its time. */
const OVERLAP_MS = 24 * 3_600_000;

/**
 * The last rows between two moments, chain by chain along the primary keys, so that it costs by the number of chains, not of rows. The moments
 * must be beginnings of months: so a partition is looked at as a whole or not at all, and no chain is walked along.
 */
const HEADS = `
  with recursive names as (
    (select min(chain) as chain from broker.audit_events where at >= $1 and at < $2)
    union all
    select (select min(e.chain) from broker.audit_events e where e.chain > names.chain and e.at >= $1 and e.at < $2)
    from names where names.chain is not null
  )
  select head.* from names cross join lateral (
    select e.chain, e.seq, e.hash, e.at from broker.audit_events e
    where e.chain = names.chain and e.at >= $1 and e.at < $2 order by e.seq desc limit 1) head
  where names.chain is not null order by head.chain`;

const REMOVABLE = `
  select number, payload, signature from broker.audit_checkpoints
  where at < $1 and payload not like '%"dropped":%' order by number desc limit 1`;

/**
 * Signs the heads of all chains that moved, where one did since the last checkpoint, and with `droppedBefore`, the
 * beginning of a month, the ends of what is to be dropped. The newest checkpoint, which may be the last one; null when another process wrote one at the same time.
 */
export async function writeCheckpoint(
  query: Query,
  { signer, clock }: { signer: CheckpointSigner; clock: Clock },
  droppedBefore?: Date,
): Promise<CheckpointName | null> {
  const [last] = await query({ text: 'select * from broker.audit_checkpoints order by number desc limit 1' });
  const heads = await movedHeads(query, last?.['at'] as Date | undefined);
  const lastText = last?.['payload'] as string | undefined;
  const lastName =
    lastText === undefined ? null : { number: Number(last?.['number']), sha256: payloadHash(lastText) };
  if (droppedBefore === undefined && lastName !== null && !moved(heads, lastText ?? '')) return lastName;
  const at = clock.now();
  const payload: CheckpointPayload = {
    number: (lastName?.number ?? 0) + 1,
    at: at.toISOString(),
    previous: lastName?.sha256 ?? null,
    heads,
    ...(droppedBefore !== undefined && { dropped: await droppedBy(query, signer, droppedBefore) }),
  };
  const text = JSON.stringify(payload);
  const signature = await signer.sign(text);
  const written = await query({
    text: `insert into broker.audit_checkpoints (number, at, payload, signature) values ($1, $2, $3, $4)
           on conflict do nothing returning number`,
    values: [payload.number, at, text, signature],
  });
  return written.length === 0 ? null : { number: payload.number, sha256: payloadHash(text) };
}

async function movedHeads(query: Query, lastAt: Date | undefined): Promise<ChainHead[]> {
  const since = lastAt === undefined ? null : new Date(lastAt.getTime() - OVERLAP_MS);
  const from =
    since === null ? '-infinity' : new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth(), 1));
  const rows = await query({ text: HEADS, values: [from, 'infinity'] });
  return rows.filter((row) => since === null || (row['at'] as Date) >= since).map(toHead);
}

/** True where a head is not in the last checkpoint, which may be anything: only `verify` looks at its signature. */
function moved(heads: readonly ChainHead[], lastText: string): boolean {
  return heads.some((head) => !lastText.includes(JSON.stringify(head)));
}

async function droppedBy(
  query: Query,
  signer: CheckpointSigner,
  before: Date,
): Promise<CheckpointPayload['dropped']> {
  const heads = (await query({ text: HEADS, values: ['-infinity', before] })).map(toHead);
  const dropped = { before: before.toISOString(), heads };
  const [newest] = (await query({ text: REMOVABLE, values: [before] })).map(toStored);
  // The column `at` is not signed; the payload is, and what came before it is older still.
  const valid = newest !== undefined && (await signer.verify([newest]))[0] === true;
  if (!valid || new Date(parsePayload(newest.payload).at) >= before) return dropped;
  return { ...dropped, checkpoints: { number: newest.number, sha256: payloadHash(newest.payload) } };
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
  return rows.map(toStored);
}

const toStored = (row: Row): StoredCheckpoint => ({
  number: Number(row['number']),
  payload: row['payload'] as string,
  signature: row['signature'] as string,
});

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
