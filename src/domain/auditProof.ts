import type { AuditRow } from './audit.js';
import { type ChainHead, hashRow, NO_HASH, namedPrevious } from './auditChain.js';

export interface AuditProblem {
  chain: string;
  seq: number;
  problem: string;
}

/** Looks through all rows, given in the order of chain, number and time, for what an untouched audit can't show. */
export interface AuditCheck {
  row(row: AuditRow): void;
  /** After the last row. */
  end(): { chains: number; rows: number; problems: AuditProblem[] };
}

export interface KnownHeads {
  /** Heads that a valid checkpoint vouches for. */
  signed: readonly ChainHead[];
  /** Those that the starts of later chains name. */
  continued: readonly ChainHead[];
  /** Up to these, a valid checkpoint says, rows were dropped because they were old. */
  dropped: readonly ChainHead[];
}

type Tell = (row: { chain: string; seq: number }, problem: string) => void;

export function auditCheck({ signed, continued, dropped }: KnownHeads): AuditCheck {
  const problems: AuditProblem[] = [];
  const ends = newestOf(dropped);
  const isDropped = (head: ChainHead) => head.seq <= (ends.get(head.chain)?.seq ?? -1);
  const kept = signed.filter((head) => !isDropped(head));
  const expected = new Map<string, ChainHead>(kept.map((head) => [keyOf(head), head]));
  const named = new Map<string, { by: AuditRow; head: ChainHead }>();
  const watched = new Set(continued.map(keyOf));
  const hashes = new Map<string, string>();
  let last: AuditRow | null = null;
  let chains = 0;
  let rows = 0;

  const tell: Tell = (row, problem) => void problems.push({ chain: row.chain, seq: row.seq, problem });

  return {
    row(row) {
      rows += 1;
      const before: AuditRow | null = last?.chain === row.chain ? last : null;
      if (before === null) chains += 1;
      const { hash, ...unhashed } = row;
      if (hashRow(unhashed) !== hash) tell(row, 'edited: the row does not match its hash');
      const previous = row.seq === 0 ? namedPrevious(row) : null;
      if (previous !== null && !isDropped(previous)) named.set(row.chain, { by: row, head: previous });
      // What is left of the dropped rows may have gaps; the first row behind them follows their last one.
      if (!isDropped(row)) {
        const end = ends.get(row.chain);
        if (before !== null && !isDropped(before)) checkLink(before, row, tell);
        else if (end === undefined) checkStart(row, previous, tell);
        else checkLink(end, row, tell);
      }
      const key = keyOf(row);
      const head = expected.get(key);
      if (head !== undefined && head.hash !== hash)
        tell(row, 'rewritten: a signed checkpoint has another hash');
      expected.delete(key);
      if (watched.has(key)) hashes.set(key, hash);
      last = row;
    },
    end() {
      for (const head of expected.values())
        tell(head, 'truncated: a signed checkpoint names a row that is gone');
      for (const { by, head } of named.values()) {
        if (hashes.get(keyOf(head)) !== head.hash)
          tell(by, 'the head that this chain continues is gone or another');
      }
      return { chains, rows, problems };
    },
  };
}

/** Of each chain the end that lies furthest: months are dropped one after the other. */
function newestOf(heads: readonly ChainHead[]): Map<string, ChainHead> {
  const newest = new Map<string, ChainHead>();
  for (const head of heads) if (head.seq > (newest.get(head.chain)?.seq ?? -1)) newest.set(head.chain, head);
  return newest;
}

function checkStart(row: AuditRow, previous: ChainHead | null, tell: Tell): void {
  if (row.seq !== 0 || row.action !== 'chain.start') tell(row, 'deleted: the rows before it are missing');
  if (row.seq === 0 && row.prevHash !== (previous?.hash ?? NO_HASH))
    tell(row, 'the chain begins with another hash');
}

function checkLink(before: ChainHead, row: AuditRow, tell: Tell): void {
  if (row.seq === before.seq) tell(row, 'duplicate: another row has this number');
  else if (row.seq !== before.seq + 1) tell(row, 'deleted: rows before it are missing');
  if (row.prevHash !== before.hash) tell(row, 'reordered or inserted: it does not follow the row before it');
}

function keyOf(head: { chain: string; seq: number }): string {
  return `${head.chain} ${head.seq}`;
}
