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

/** `signed` are heads that a valid checkpoint vouches for, `continued` those that the starts of later chains name. */
export function auditCheck(signed: readonly ChainHead[], continued: readonly ChainHead[]): AuditCheck {
  const problems: AuditProblem[] = [];
  const expected = new Map<string, ChainHead>(signed.map((head) => [keyOf(head), head]));
  const named = new Map<string, { by: AuditRow; head: ChainHead }>();
  const watched = new Set(continued.map(keyOf));
  const hashes = new Map<string, string>();
  let last: AuditRow | null = null;
  let chains = 0;
  let rows = 0;

  const tell = (row: { chain: string; seq: number }, problem: string): void => {
    problems.push({ chain: row.chain, seq: row.seq, problem });
  };

  return {
    row(row) {
      rows += 1;
      const before: AuditRow | null = last?.chain === row.chain ? last : null;
      if (before === null) chains += 1;
      const { hash, ...unhashed } = row;
      if (hashRow(unhashed) !== hash) tell(row, 'edited: the row does not match its hash');
      if (before === null) checkStart(row, named, tell);
      else checkLink(before, row, tell);
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

function checkStart(
  row: AuditRow,
  named: Map<string, { by: AuditRow; head: ChainHead }>,
  tell: (row: AuditRow, problem: string) => void,
): void {
  if (row.seq !== 0 || row.action !== 'chain.start') tell(row, 'deleted: the rows before it are missing');
  const previous = namedPrevious(row);
  if (row.seq === 0 && row.prevHash !== (previous?.hash ?? NO_HASH))
    tell(row, 'the chain begins with another hash');
  if (previous !== null) named.set(row.chain, { by: row, head: previous });
}

function checkLink(before: AuditRow, row: AuditRow, tell: (row: AuditRow, problem: string) => void): void {
  if (row.seq === before.seq) tell(row, 'duplicate: another row has this number');
  else if (row.seq !== before.seq + 1) tell(row, 'deleted: rows before it are missing');
  if (row.prevHash !== before.hash) tell(row, 'reordered or inserted: it does not follow the row before it');
}

function keyOf(head: { chain: string; seq: number }): string {
  return `${head.chain} ${head.seq}`;
}
