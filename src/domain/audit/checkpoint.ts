import { createHash } from 'node:crypto';
import { MINUTE_MS } from '../time/units.js';
import type { ChainHead } from './auditChain.js';
import { type AuditProblems, isWhole } from './auditProof.js';
import { SignedHeads } from './signedHeads.js';

/** A checkpoint by its number, and the hash of what was signed, which names the one before it and so all of them. */
export interface CheckpointName {
  number: number;
  /** Hex SHA-256. */
  sha256: string;
}

/** What a checkpoint signs. Each names the valid one before it, so that none can be taken out of the middle. */
export interface CheckpointPayload {
  number: number;
  at: string;
  /** Hex SHA-256 of the valid payload before, or null for the first. */
  previous: string | null;
  heads: ChainHead[];
  /** The first checkpoint that vouches only for rows with a keyed hash; absent in those from before it. */
  keyed_since?: number;
  /**
   * What was about to be dropped by age: all rows of these chains up to these, as the last of them before a moment, and
   * the checkpoints up to one, but for those that say the same of earlier months.
   */
  dropped?: { before: string; heads: ChainHead[]; checkpoints?: CheckpointName };
}

/** A checkpoint as it is stored. Only the payload is signed. */
export interface StoredCheckpoint {
  number: number;
  /** The column: RFC 3339, to the microsecond. */
  at: string;
  payload: string;
  signature: string;
}

/** A checkpoint comes each minute: a row that waits for longer was never to be signed, or nobody signs. */
export const UNSIGNED_MS = 5 * MINUTE_MS;

/** How far two clocks may differ before a moment counts as in the future. */
export const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

export const CHECKPOINTS = 'checkpoints';

export function payloadHash(payload: string): string {
  return createHash('sha256').update(payload).digest('hex');
}

/** Null where it is not what we write. */
export function parsePayload(text: string): CheckpointPayload | null {
  try {
    const payload = JSON.parse(text) as Partial<CheckpointPayload>;
    const readable =
      typeof payload.number === 'number' &&
      Array.isArray(payload.heads) &&
      !Number.isNaN(Date.parse(String(payload.at)));
    return readable ? (payload as CheckpointPayload) : null;
  } catch {
    return null;
  }
}

/** What keeps a checkpoint with a valid signature from being built on; null: nothing. */
export function unusable(
  { number, at }: Pick<StoredCheckpoint, 'number' | 'at'>,
  payload: CheckpointPayload | null,
  now: Date,
): string | null {
  if (payload === null) return 'what was signed is not readable';
  if (payload.number !== number) return 'swapped: a different number was signed';
  if (Date.parse(payload.at) > now.getTime() + CLOCK_TOLERANCE_MS) return 'it is dated in the future';
  if (!isWhole(at) || Date.parse(at) !== Date.parse(payload.at)) return 'edited: a different time was signed';
  return null;
}

/** Looks through checkpoints, given in the order of their numbers with what Vault or a public key says of their signatures. */
export class CheckpointCheck {
  /** Heads that a valid checkpoint vouches for. */
  readonly heads = new SignedHeads();
  /** Of each chain the last row that a checkpoint from before the keyed hashes vouches for. */
  readonly legacyEnds = new Map<string, number>();
  readonly #dropped: ChainHead[] = [];
  /** Those that name another one before them than the last, with what they name. */
  readonly #gaps: { number: number; previous: string | null }[] = [];
  /** Up to this one, a valid checkpoint says, they were removed together with the rows that they signed. */
  #removed: CheckpointName | null = null;
  #count = 0;
  #last: CheckpointName | null = null;
  #lastAt: string | null = null;
  #keyedSince: number | null = null;

  /** `base` is the number of the first one given where those before it are left out. */
  constructor(
    private readonly problems: AuditProblems,
    private readonly base: number | null = null,
  ) {}

  /** What valid checkpoints say was dropped by age. */
  get dropped(): readonly ChainHead[] {
    return this.#dropped;
  }

  get count(): number {
    return this.#count;
  }

  /** The newest valid one. */
  get last(): CheckpointName | null {
    return this.#last;
  }

  /** The signed date of the newest valid one. */
  get lastAt(): string | null {
    return this.#lastAt;
  }

  get keyedSince(): number | null {
    return this.#keyedSince;
  }

  add(stored: StoredCheckpoint, valid: boolean, now: Date): void {
    this.#count += 1;
    const payload = valid ? parsePayload(stored.payload) : null;
    const wrong = valid ? unusable(stored, payload, now) : 'the signature is not valid';
    if (wrong !== null) this.#report(stored.number, wrong);
    if (payload === null || wrong === 'it is dated in the future') return;
    this.#collect(payload);
    // One that was swapped was looked at under its own number.
    if (payload.number !== stored.number) return;
    const first = this.#last === null && this.base === stored.number;
    if (!first && payload.previous !== (this.#last?.sha256 ?? null))
      this.#gaps.push({ number: stored.number, previous: payload.previous });
    this.#last = { number: stored.number, sha256: payloadHash(stored.payload) };
    this.#lastAt = payload.at;
  }

  /** Reports what is missing though nothing says that it was removed, once all were given. */
  end(): void {
    for (const { number, previous } of this.#gaps) {
      const removed = this.#removed;
      const explained = removed !== null && (previous === removed.sha256 || number <= removed.number);
      // Of the checkpoints before the base only those are there that say what was dropped.
      if (!explained && number > (this.base ?? 0))
        this.#report(number, 'deleted: a checkpoint before it is missing, or it does not follow that one');
    }
  }

  #collect({ heads, dropped, keyed_since: keyedSince }: CheckpointPayload): void {
    for (const head of heads) this.heads.add(head);
    for (const head of dropped?.heads ?? []) this.#dropped.push(head);
    if ((dropped?.checkpoints?.number ?? 0) > (this.#removed?.number ?? 0))
      this.#removed = dropped?.checkpoints ?? null;
    this.#keyedSince ??= keyedSince ?? null;
    if (this.#keyedSince !== null) return;
    for (const { chain, seq } of heads)
      if (seq > (this.legacyEnds.get(chain) ?? -1)) this.legacyEnds.set(chain, seq);
  }

  #report(number: number, problem: string): void {
    this.problems.tell({ chain: CHECKPOINTS, seq: number }, problem);
  }
}
