import { randomUUID } from 'node:crypto';
import type { AuditEvent, AuditRow } from '../../../domain/audit/audit.js';
import {
  type ChainHead,
  chainStart,
  emptyChain,
  link,
  type RowKey,
} from '../../../domain/audit/auditChain.js';
import { BrokerError } from '../../../domain/errors.js';
import type { ChainKeys } from '../../../ports/vault.js';

/** One chain of this process. Only one writer at a time may be between `next` and what follows it. */
export interface ChainWriter {
  /**
   * Asks Vault for the key of the chain, and for that of the one after it, so that an unknown outcome does not have to
   * wait for Vault. Before `next`, and outside of any transaction; at once where both are known.
   */
  ready(): Promise<void>;
  /** The rows that would come next; a new chain's begin with its `chain.start`. Nothing moves yet. */
  next(events: readonly AuditEvent[], at: Date): AuditRow[];
  /** The rows are known to be stored. */
  stored(rows: readonly AuditRow[]): void;
  /** Nobody knows whether they are: the next rows open a new chain that names the head last known. */
  unknown(): void;
}

interface Chain {
  name: string;
  key: RowKey;
}

/** `lane` begins the chain's name: `reads` or `changes`. */
export function chainWriter(lane: string, keys: ChainKeys): ChainWriter {
  let head: ChainHead | null = null;
  let previous: ChainHead | null = null;
  let chain: Chain | undefined;
  const spare: Chain[] = [];
  let asking: Promise<void> | null = null;

  /** Until there is one to write to and one to spare. */
  const ask = async (): Promise<void> => {
    while (spare.length < (chain === undefined ? 2 : 1)) spare.push(await newChain(lane, keys));
  };
  const askOnce = (): Promise<void> => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
  return {
    async ready() {
      chain ??= spare.shift();
      if (chain !== undefined && spare.length > 0) return;
      const asked = askOnce().catch((error: unknown) => {
        if (chain === undefined && spare.length === 0) throw error;
      });
      if (chain === undefined) await asked;
      chain ??= spare.shift();
    },
    next(events, at) {
      if (chain === undefined) throw notReady();
      const { name, key } = chain;
      if (head !== null) return link(head, events, { at, key });
      return link(emptyChain(name, previous), [chainStart(previous), ...events], { at, key });
    },
    stored(rows) {
      const last = rows.at(-1);
      if (last !== undefined) head = { chain: last.chain, seq: last.seq, hash: last.hash };
    },
    unknown() {
      previous = head ?? previous;
      head = null;
      chain = spare.shift();
    },
  };
}

async function newChain(lane: string, keys: ChainKeys): Promise<Chain> {
  const name = `${lane}-${randomUUID()}`;
  return { name, key: await keys.newest(name) };
}

function notReady(): BrokerError {
  return new BrokerError('store_unavailable', {
    detail: 'The secret store is not available right now.',
    retryAfterSeconds: 2,
    log: 'no key for a new audit chain',
  });
}
