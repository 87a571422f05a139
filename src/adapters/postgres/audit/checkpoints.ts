import type { ChainHead } from '../../../domain/audit/auditChain.js';
import type { AuditProblem } from '../../../domain/audit/auditProof.js';
import {
  type CheckpointName,
  type CheckpointPayload,
  parsePayload,
  payloadHash,
  unusable,
} from '../../../domain/audit/checkpoint.js';
import { DAY_MS, HOUR_MS } from '../../../domain/time/units.js';
import type { NumberedCheckpoint } from '../../../ports/auditTrail.js';
import type { Clock } from '../../../ports/runtime.js';
import type { ChainKeys, CheckpointSigner } from '../../../ports/vault.js';
import type { Query } from '../core/pools.js';
import { verifiedHeads } from './chainTails.js';
import { COLUMNS, checkpointsBefore, databaseNow, headsBetween, type StoredHead } from './checkpointRows.js';

export interface CheckpointParts {
  signer: CheckpointSigner;
  chainKeys: ChainKeys;
  clock: Clock;
}

export interface CheckpointWritten {
  /** The newest valid one; null where another process wrote one at the same time. */
  newest: CheckpointName | null;
  /** Rows and checkpoints that were found wrong, and are not built on. */
  problems: AuditProblem[];
  /** Whether it vouches for keyed rows only. */
  keyed: boolean;
}

/** The newest valid checkpoint, on which the next one is built. */
interface Base {
  name: CheckpointName;
  payload: CheckpointPayload;
}

/** Rows this much older than the last checkpoint are in one already: nothing commits a day after its time. */
const OVERLAP_MS = DAY_MS;
const PAGE = 50;
/** Brokers from before keyed hashes may still run: as long as their rows come, they are signed too. */
const LEGACY_MS = HOUR_MS;

const REMOVABLE = `
  select ${COLUMNS} from broker.audit_checkpoints
  where at < $1 and payload not like '%"dropped":%' order by number desc limit 1`;

const UNKEYED = 'select exists (select 1 from broker.audit_events where mac is null and at > $1) as found';

/** Not the greatest number plus one: a forged checkpoint may have a number that is not ours. */
const FREE_NUMBER = `
  select min(taken.number) + 1 as number from (select $1::bigint as number union all
    select number from broker.audit_checkpoints
    where number > $1 and number < ${Number.MAX_SAFE_INTEGER}) taken
  where not exists (select 1 from broker.audit_checkpoints c where c.number = taken.number + 1)`;

/**
 * Verifies all rows since the newest valid checkpoint, and signs the heads of their chains, where one moved; with
 * `droppedBefore`, the beginning of a month, also the ends of what is to be dropped. A chain with a wrong row keeps the
 * head that was signed before. `keyed`: Vault remembers that rows without a keyed hash are no longer accepted.
 */
export async function writeCheckpoint(
  query: Query,
  parts: CheckpointParts,
  { keyed, droppedBefore }: { keyed: boolean; droppedBefore?: Date },
): Promise<CheckpointWritten> {
  const now = await databaseNow(query);
  const { base, problems } = await newestValid(query, parts.signer, now);
  const keyedBefore = keyed || base?.payload.keyed_since !== undefined;
  const found = await windowOf(query, base);
  const checked = await verifiedHeads(query, parts.chainKeys, {
    found,
    signed: base?.payload.heads ?? [],
    legacy: !keyedBefore,
  });
  const settled = keyedBefore || (!checked.movedUnkeyed && !(await hasUnkeyed(query, now)));
  const all = [...problems, ...checked.problems];
  const moved = checked.moved || (settled && base !== null && base.payload.keyed_since === undefined);
  if (droppedBefore === undefined && base !== null && !moved)
    return { newest: base.name, problems: all, keyed: settled };
  const number = await freeNumber(query, base);
  const at = new Date(Math.min(now.getTime(), parts.clock.now().getTime()));
  const payload: CheckpointPayload = {
    number,
    at: at.toISOString(),
    previous: base?.name.sha256 ?? null,
    heads: checked.heads,
    ...(settled && { keyed_since: base?.payload.keyed_since ?? number }),
    ...(droppedBefore !== undefined && { dropped: await droppedBy(query, parts.signer, droppedBefore) }),
  };
  return { newest: await store(query, parts.signer, payload), problems: all, keyed: settled };
}

async function store(
  query: Query,
  signer: CheckpointSigner,
  payload: CheckpointPayload,
): Promise<CheckpointName | null> {
  const text = JSON.stringify(payload);
  const signature = await signer.sign(text);
  const written = await query({
    text: `insert into broker.audit_checkpoints (number, at, payload, signature) values ($1, $2, $3, $4)
           on conflict do nothing returning number`,
    values: [payload.number, new Date(payload.at), text, signature],
  });
  return written.length === 0 ? null : { number: payload.number, sha256: payloadHash(text) };
}

/** What is newer than the newest valid one is wrong: a signature that does not hold, or a date in the future. */
async function newestValid(
  query: Query,
  signer: CheckpointSigner,
  now: Date,
): Promise<{ base: Base | null; problems: AuditProblem[] }> {
  const problems: AuditProblem[] = [];
  let before: string | null = null;
  for (;;) {
    const page = await checkpointsBefore(query, { before, limit: before === null ? 1 : PAGE });
    const valid = await signer.verify(page);
    for (const [n, stored] of page.entries()) {
      const payload = valid[n] === true ? parsePayload(stored.payload) : null;
      const wrong = valid[n] === true ? unusable(stored, payload, now) : 'the signature is not valid';
      if (payload !== null && wrong === null)
        return {
          base: { name: { number: stored.number, sha256: payloadHash(stored.payload) }, payload },
          problems,
        };
      problems.push({ chain: 'checkpoints', seq: stored.number, problem: wrong ?? '' });
    }
    if (page.length === 0) return { base: null, problems };
    before = page.at(-1)?.key ?? null;
  }
}

/** Chains with rows since a day before the base; its date is signed. */
async function windowOf(query: Query, base: Base | null): Promise<StoredHead[]> {
  if (base === null) return headsBetween(query, '-infinity', 'infinity');
  const since = new Date(Date.parse(base.payload.at) - OVERLAP_MS);
  const month = new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth(), 1));
  return (await headsBetween(query, month, 'infinity')).filter((head) => head.at >= since);
}

async function hasUnkeyed(query: Query, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - LEGACY_MS);
  return (await query<{ found: boolean }>({ text: UNKEYED, values: [since] }))[0]?.found === true;
}

async function freeNumber(query: Query, base: Base | null): Promise<number> {
  const values = [base?.name.number ?? 0];
  return Number((await query<{ number: number }>({ text: FREE_NUMBER, values }))[0]?.number);
}

async function droppedBy(
  query: Query,
  signer: CheckpointSigner,
  before: Date,
): Promise<NonNullable<CheckpointPayload['dropped']>> {
  const ends = await headsBetween(query, '-infinity', before);
  const heads: ChainHead[] = ends.map(({ chain, seq, hash }) => ({ chain, seq, hash }));
  const dropped = { before: before.toISOString(), heads };
  const [newest] = await query<NumberedCheckpoint>({ text: REMOVABLE, values: [before] });
  // The column `at` is not signed; the payload is, and what came before it is older still.
  const valid = newest !== undefined && (await signer.verify([newest]))[0] === true;
  const payload = valid ? parsePayload(newest.payload) : null;
  if (newest === undefined || payload === null || new Date(payload.at) >= before) return dropped;
  return { ...dropped, checkpoints: { number: newest.number, sha256: payloadHash(newest.payload) } };
}
