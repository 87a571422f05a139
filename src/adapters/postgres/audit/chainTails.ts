import type { AuditRow } from '../../../domain/audit/audit.js';
import type { ChainHead, RowKey } from '../../../domain/audit/auditChain.js';
import { macVersion, RowMacs } from '../../../domain/audit/auditMacs.js';
import { AuditCheck, type AuditProblem, AuditProblems } from '../../../domain/audit/auditProof.js';
import { SignedHeads } from '../../../domain/audit/signedHeads.js';
import type { ChainKeys } from '../../../ports/vault.js';
import type { Query } from '../core/pools.js';
import { AUDIT_COLUMNS, type ExactRow } from './auditRow.js';
import { EXACT_AT, type StoredHead } from './checkpointRows.js';

const PAGE_ROWS = 2_000;

const TAIL = `
  select ${AUDIT_COLUMNS}, ${EXACT_AT} as "exactAt" from broker.audit_events
  where chain = $1 and (seq, at) > ($2::bigint, $3) and seq <= $4::bigint order by seq, at limit ${PAGE_ROWS}`;

export interface CheckedHeads {
  /** To be signed: those that were verified, and of a chain with a wrong row the one that was signed before. */
  heads: ChainHead[];
  moved: boolean;
  /** A chain without keyed hashes is among those that moved. */
  movedUnkeyed: boolean;
  problems: AuditProblem[];
}

/** Verifies of each chain the rows after its signed head: hashes, links and keyed hashes. */
export async function verifiedHeads(
  query: Query,
  chainKeys: ChainKeys,
  { found, signed, legacy }: { found: readonly StoredHead[]; signed: readonly ChainHead[]; legacy: boolean },
): Promise<CheckedHeads> {
  const before = new Map(signed.map((head) => [head.chain, head]));
  const moved = new Set(found.filter((head) => !isSame(head, before.get(head.chain))));
  const macs = new RowMacs(await keysOf(chainKeys, [...moved]), { ends: new Map(), open: legacy });
  const problems: AuditProblem[] = [];
  const heads: ChainHead[] = [];
  let signable = 0;
  for (const head of found) {
    const base = before.get(head.chain);
    const wrong = moved.has(head) ? await firstProblem(query, { head, base, macs }) : null;
    if (wrong === null) heads.push({ chain: head.chain, seq: head.seq, hash: head.hash });
    else problems.push(wrong);
    if (wrong !== null && base !== undefined) heads.push(base);
    if (wrong === null && moved.has(head)) signable += 1;
  }
  const movedUnkeyed = [...moved].some(({ mac }) => mac === null);
  return { heads, moved: signable > 0, movedUnkeyed, problems };
}

function isSame(head: ChainHead, other: ChainHead | undefined): boolean {
  return other !== undefined && head.seq === other.seq && head.hash === other.hash;
}

/** By the version that the newest row of each names; a row of another version does not hold. */
export async function keysOf(
  chainKeys: ChainKeys,
  heads: readonly { chain: string; mac: string | null }[],
): Promise<Map<string, RowKey | null>> {
  const named = heads.flatMap(({ chain, mac }) => {
    const version = macVersion(mac);
    return version === null ? [] : [{ chain, version }];
  });
  const keys = await chainKeys.known(named);
  const known = new Map<string, RowKey | null>(heads.map(({ chain }) => [chain, null]));
  for (const [n, { chain }] of named.entries()) known.set(chain, keys[n] ?? null);
  return known;
}

/** Reads on until something is wrong, or up to the head. */
async function firstProblem(
  query: Query,
  { head, base, macs }: { head: StoredHead; base: ChainHead | undefined; macs: RowMacs },
): Promise<AuditProblem | null> {
  const { chain, seq } = head;
  if (base !== undefined && seq <= base.seq)
    return { chain, seq, problem: 'truncated or rewritten: a signed checkpoint has a different end' };
  const found = new AuditProblems();
  let check: AuditCheck | undefined;
  let after: [number, string] = [base?.seq ?? -1, 'infinity'];
  for (;;) {
    const values = [chain, ...after, seq];
    const rows: ExactRow[] = await query<ExactRow>({ name: 'audit-tail', text: TAIL, values });
    check ??= checkAfter(base ?? beforeFirst(rows[0]), macs, found);
    for (const { exactAt, ...row } of rows) check.row(row, String(exactAt));
    const [first] = found.listed;
    if (first !== undefined) return first;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return null;
    after = [last.seq, String(last.exactAt)];
  }
}

function checkAfter(base: ChainHead | null, macs: RowMacs, problems: AuditProblems): AuditCheck {
  return new AuditCheck({ signed: new SignedHeads(), dropped: base === null ? [] : [base], macs }, problems);
}

/**
 * Of a chain whose beginning went with its month the first row that is left says which hash was before it, and its own
 * keyed hash vouches for that. Whether something was to go at all is looked at by `verify`.
 */
function beforeFirst(row: AuditRow | undefined): ChainHead | null {
  if (row === undefined || row.seq === 0) return null;
  return { chain: row.chain, seq: row.seq - 1, hash: row.prevHash };
}
