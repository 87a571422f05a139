import { randomUUID } from 'node:crypto';
import type { AuditEvent, AuditRow } from '../../domain/audit.js';
import { type ChainHead, chainStart, emptyChain, link } from '../../domain/auditChain.js';

/** One chain of this process. Only one writer at a time may stand between `next` and what follows it. */
export interface ChainWriter {
  /** The rows that would come next; a new chain's begin with its `chain.start`. Nothing moves yet. */
  next(events: readonly AuditEvent[], at: Date): AuditRow[];
  /** The rows are known to be stored. */
  stored(rows: readonly AuditRow[]): void;
  /** Nobody knows whether they are: the next rows open a new chain that names the head last known. */
  unknown(): void;
}

/** `lane` begins the chain's name: `reads` or `changes`. */
export function chainWriter(lane: string): ChainWriter {
  let head: ChainHead | null = null;
  let previous: ChainHead | null = null;
  let name = `${lane}-${randomUUID()}`;
  return {
    next(events, at) {
      if (head !== null) return link(head, events, at);
      return link(emptyChain(name, previous), [chainStart(previous), ...events], at);
    },
    stored(rows) {
      const last = rows.at(-1);
      if (last !== undefined) head = { chain: last.chain, seq: last.seq, hash: last.hash };
    },
    unknown() {
      previous = head ?? previous;
      head = null;
      name = `${lane}-${randomUUID()}`;
    },
  };
}
