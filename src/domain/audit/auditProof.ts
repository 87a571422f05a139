import type { AuditRow } from './audit.js';
import { type ChainHead, hashRow, NO_HASH, namedPrevious } from './auditChain.js';
import type { RowJudge } from './auditMacs.js';
import type { HeadsOfChain, SignedHeads } from './signedHeads.js';

/** The number of problems that are listed; further ones are only counted. */
const MOST_LISTED = 1_000;

export interface AuditProblem {
  chain: string;
  seq: number;
  problem: string;
}

/** What is wrong, as it is found. */
export class AuditProblems {
  readonly listed: AuditProblem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  tell({ chain, seq }: { chain: string; seq: number }, problem: string): void {
    this.#count += 1;
    if (this.listed.length < MOST_LISTED) this.listed.push({ chain, seq, problem });
  }
}

export interface KnownHeads {
  /** Those that a valid checkpoint vouches for. */
  signed: SignedHeads;
  /** Up to these, a valid checkpoint says, rows were dropped because they were old. */
  dropped: readonly ChainHead[];
  macs?: RowJudge;
}

/** The first row of a chain that no checkpoint vouches for. */
export interface UnsignedFrom {
  chain: string;
  seq: number;
  at: Date;
}

/** Looks through all rows, given in the order of chain, number and time, for what an untouched audit can't show. */
export class AuditCheck {
  readonly #signed: SignedHeads;
  readonly #ends: Map<string, ChainHead>;
  readonly #continued: { by: string; head: ChainHead }[] = [];
  readonly #seen = new Set<string>();
  #last: AuditRow | null = null;
  /** The chain that is looked at, its signed heads, and the first of them of which no row was seen yet. */
  #chain = '';
  #heads: HeadsOfChain | undefined;
  #place = 0;
  #chains = 0;
  #rows = 0;
  readonly #macs: RowJudge | undefined;
  readonly #unsigned: UnsignedFrom[] = [];
  #unsignedRows = 0;

  constructor(
    { signed, dropped, macs }: KnownHeads,
    private readonly problems: AuditProblems,
  ) {
    this.#signed = signed;
    this.#macs = macs;
    this.#ends = newestOf(dropped);
  }

  get chains(): number {
    return this.#chains;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Rows that no checkpoint vouches for. */
  get unsignedRows(): number {
    return this.#unsignedRows;
  }

  /** Of each chain with such rows the first. */
  get unsigned(): readonly UnsignedFrom[] {
    return this.#unsigned;
  }

  /** `exactAt` is its time as it is stored, to the microsecond. */
  row(row: AuditRow, exactAt: string): void {
    this.#rows += 1;
    const before = this.#last?.chain === row.chain ? this.#last : null;
    if (before === null) {
      this.#chains += 1;
      this.#begin(row.chain);
    }
    if (!isMoment(row.at) || hashRow(row) !== row.hash || !isWhole(exactAt))
      this.problems.tell(row, 'edited: the row does not match its hash');
    const forged = this.#macs?.problemOf(row) ?? null;
    if (forged !== null) this.problems.tell(row, forged);
    const previous = row.seq === 0 ? namedPrevious(row) : null;
    if (previous !== null && !this.#isDropped(previous))
      this.#continued.push({ by: row.chain, head: previous });
    // What is left of the dropped rows may have gaps; the first row behind them follows their last one.
    if (!this.#isDropped(row)) {
      const end = this.#ends.get(row.chain);
      if (before !== null && !this.#isDropped(before)) this.#checkLink(before, row);
      else if (end === undefined) this.#checkStart(row, previous);
      else this.#checkLink(end, row);
    }
    this.#checkSigned(row);
    this.#last = row;
  }

  /** Heads that the starts of chains name, once all rows were given: the caller looks for them. */
  continued(): ChainHead[] {
    return this.#continued.map(({ head }) => head);
  }

  /** After the last row, with the stored ones among `continued`. */
  end(stored: readonly ChainHead[]): void {
    this.#endChain();
    for (const chain of this.#signed.chains()) {
      if (this.#seen.has(chain)) continue;
      this.#begin(chain);
      this.#endChain();
    }
    const known = new Set(stored.map(nameOf));
    for (const { by, head } of this.#continued) {
      if (!known.has(nameOf(head)))
        this.problems.tell(
          { chain: by, seq: 0 },
          'the head that this chain continues is missing or different',
        );
    }
  }

  #begin(chain: string): void {
    this.#endChain();
    this.#seen.add(chain);
    this.#heads = this.#signed.of(chain);
    this.#place = this.#heads?.firstBehind(this.#ends.get(chain)?.seq ?? -1) ?? 0;
    this.#chain = chain;
  }

  #endChain(): void {
    this.#checkGone(Number.POSITIVE_INFINITY);
  }

  #checkSigned(row: AuditRow): void {
    this.#checkGone(row.seq);
    let other = false;
    while (this.#heads?.seqAt(this.#place) === row.seq) {
      other ||= !this.#heads.hasHash(this.#place, row.hash);
      this.#place += 1;
    }
    if (other) this.problems.tell(row, 'rewritten: a signed checkpoint has a different hash');
    if (row.seq <= (this.#heads?.lastSeq ?? -1)) return;
    this.#unsignedRows += 1;
    if (this.#unsigned.at(-1)?.chain !== row.chain)
      this.#unsigned.push({ chain: row.chain, seq: row.seq, at: row.at });
  }

  /** Reports the signed rows before a number that were not seen, adjacent ones as one problem. */
  #checkGone(before: number): void {
    const seq = this.#heads?.seqAt(this.#place);
    if (seq === undefined || seq >= before) return;
    this.problems.tell(
      { chain: this.#chain, seq },
      'truncated: a signed checkpoint names a row that is missing',
    );
    while ((this.#heads?.seqAt(this.#place) ?? before) < before) this.#place += 1;
  }

  #checkStart(row: AuditRow, previous: ChainHead | null): void {
    if (row.seq !== 0 || row.action !== 'chain.start')
      this.problems.tell(row, 'deleted: the rows before it are missing');
    if (row.seq === 0 && row.prevHash !== (previous?.hash ?? NO_HASH))
      this.problems.tell(row, 'the chain begins with a different hash');
  }

  #checkLink(before: ChainHead, row: AuditRow): void {
    if (row.seq === before.seq) this.problems.tell(row, 'duplicate: another row has this number');
    else if (row.seq !== before.seq + 1) this.problems.tell(row, 'deleted: rows before it are missing');
    if (row.prevHash !== before.hash)
      this.problems.tell(row, 'reordered or inserted: it does not follow the row before it');
  }

  #isDropped(head: { chain: string; seq: number }): boolean {
    return head.seq <= (this.#ends.get(head.chain)?.seq ?? -1);
  }
}

/** Postgres also knows infinity, and years that no `Date` has. */
function isMoment(at: unknown): boolean {
  return at instanceof Date && !Number.isNaN(at.getTime());
}

/** The broker writes milliseconds; Postgres keeps microseconds, which no hash knows of. */
export function isWhole(exactAt: string): boolean {
  return !/\.\d{3}\d*[1-9]/.test(exactAt);
}

/** Of each chain the furthest end: months are dropped one after the other. */
function newestOf(heads: readonly ChainHead[]): Map<string, ChainHead> {
  const newest = new Map<string, ChainHead>();
  for (const head of heads) if (head.seq > (newest.get(head.chain)?.seq ?? -1)) newest.set(head.chain, head);
  return newest;
}

function nameOf({ chain, seq, hash }: ChainHead): string {
  return `${chain} ${seq} ${hash}`;
}
