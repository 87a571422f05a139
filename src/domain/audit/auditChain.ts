import { createHash } from 'node:crypto';
import type { AuditEvent, AuditRow } from './audit.js';

/** What the first row of a chain without a predecessor has as `prevHash`. */
export const NO_HASH = '0'.repeat(64);

/** The last row of a chain that is known to be stored. */
export interface ChainHead {
  chain: string;
  seq: number;
  hash: string;
}

/**
 * Hex SHA-256 over the hash of the row before and the row's canonical JSON: a fixed order of members, and details
 * with sorted keys, so that it does not matter how a database gives them back.
 */
export function hashRow(row: Omit<AuditRow, 'hash' | 'mac'>): string {
  const canonical = JSON.stringify([
    row.chain,
    row.seq,
    row.at.toISOString(),
    row.action,
    row.outcome,
    row.actor,
    row.actorKind,
    row.requestId,
    row.ip,
    row.credentialId,
    row.version,
    row.code,
    row.usedBy,
    row.purpose,
    row.breakGlass,
    row.breakGlassReason,
    isEmpty(row.details) ? {} : sorted(row.details),
  ]);
  return createHash('sha256').update(row.prevHash).update(canonical).digest('hex');
}

/** What proves that a row was written by a broker that could ask Vault. */
export interface RowKey {
  mac(hash: string): string;
}

/** The next rows after `head`. Does not move the head: that is for the writer, once they are known to be stored. */
export function link(
  head: ChainHead,
  events: readonly AuditEvent[],
  { at, key }: { at: Date; key: RowKey | null },
): AuditRow[] {
  let { seq, hash } = head;
  return events.map((event) => {
    seq += 1;
    const unhashed = { ...storable(event), chain: head.chain, seq, at, prevHash: hash };
    hash = hashRow(unhashed);
    return { ...unhashed, hash, mac: key?.mac(hash) ?? null };
  });
}

/** The head before the first row of a new chain; its rows begin at number 0. */
export function emptyChain(chain: string, previous: ChainHead | null): ChainHead {
  return { chain, seq: -1, hash: previous?.hash ?? NO_HASH };
}

/** The first row of each chain. After an unknown outcome it names the head that was last known of the old chain. */
export function chainStart(previous: ChainHead | null): AuditEvent {
  return {
    action: 'chain.start',
    outcome: 'allowed',
    actor: 'system',
    actorKind: 'system',
    requestId: '',
    ip: null,
    credentialId: null,
    version: null,
    code: null,
    usedBy: null,
    purpose: null,
    breakGlass: false,
    breakGlassReason: null,
    details:
      previous === null
        ? {}
        : { previous_chain: previous.chain, previous_seq: previous.seq, previous_hash: previous.hash },
  };
}

/** The head that a `chain.start` row names, or null when it continues nothing. */
export function namedPrevious(row: AuditRow): ChainHead | null {
  const { previous_chain: chain, previous_seq: seq, previous_hash: hash } = row.details;
  return typeof chain === 'string' && typeof seq === 'number' && typeof hash === 'string'
    ? { chain, seq, hash }
    : null;
}

/** The event as a store can hold it and gives it back: half characters and NUL replaced, details as plain JSON. */
function storable(event: AuditEvent): AuditEvent {
  return {
    ...event,
    actor: wellFormed(event.actor),
    requestId: wellFormed(event.requestId),
    ip: event.ip === null ? null : wellFormed(event.ip),
    code: event.code === null ? null : wellFormed(event.code),
    usedBy: event.usedBy === null ? null : wellFormed(event.usedBy),
    purpose: event.purpose === null ? null : wellFormed(event.purpose),
    breakGlassReason: event.breakGlassReason === null ? null : wellFormed(event.breakGlassReason),
    // Most have none.
    details: isEmpty(event.details) ? {} : (plain(event.details) as Record<string, unknown>),
  };
}

function isEmpty(details: Record<string, unknown>): boolean {
  for (const _ in details) return false;
  return true;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    typeof inner === 'string' ? wellFormed(inner) : inner,
  );
}

function wellFormed(text: string): string {
  return text.replace(/[\p{Surrogate}\0]/gu, '\uFFFD');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
