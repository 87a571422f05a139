import type { AuditRow } from './audit.js';
import type { RowKey } from './auditChain.js';

/** How far rows without a keyed hash are accepted: what brokers wrote before there was one. */
export interface Legacy {
  /** Of each chain the last row that a checkpoint from before vouches for. */
  ends: ReadonlyMap<string, number>;
  /** No checkpoint has said yet that all rows are keyed from now on. */
  open: boolean;
}

/** Looks at one row alone: what is wrong with it; null: nothing. */
export interface RowJudge {
  problemOf(row: AuditRow): string | null;
}

/** Looks whether a broker that could ask Vault wrote each row. Holds one key a chain. */
export class RowMacs implements RowJudge {
  constructor(
    /** Null for a chain whose key Vault does not hold. */
    private readonly keys: ReadonlyMap<string, RowKey | null>,
    private readonly legacy: Legacy,
  ) {}

  /** What is wrong with a row; null: nothing. */
  problemOf({ chain, seq, hash, mac }: AuditRow): string | null {
    if (mac === null) {
      return unkeyed({ chain, seq }, this.legacy);
    }
    const key = this.keys.get(chain) ?? null;
    if (key === null) return 'forged: Vault does not have the key that its keyed hash names';
    return key.mac(hash) === mac ? null : 'forged: its keyed hash is wrong';
  }
}

/** Without Vault: whether each row that must have a keyed hash has one. */
export function onlyKeyed(legacy: Legacy): RowJudge {
  return { problemOf: (row) => (row.mac === null ? unkeyed(row, legacy) : null) };
}

function unkeyed({ chain, seq }: { chain: string; seq: number }, { ends, open }: Legacy): string | null {
  if (open || seq <= (ends.get(chain) ?? -1)) return null;
  return 'forged: it has no keyed hash, and no earlier checkpoint covers it';
}

/** The version of the key that a keyed hash names; null where it is none. */
export function macVersion(mac: string | null): number | null {
  const version = Number(/^(\d{1,9}):/.exec(mac ?? '')?.[1] ?? Number.NaN);
  return version > 0 ? version : null;
}
