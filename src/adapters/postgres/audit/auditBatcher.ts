import type pg from 'pg';
import type { AuditEvent } from '../../../domain/audit/audit.js';
import { BrokerError } from '../../../domain/errors.js';
import type { AuditLog } from '../../../ports/auditTrail.js';
import type { UsageRow } from '../../../ports/credentials.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import type { ChainKeys } from '../../../ports/vault.js';
import { isDataError, isUnknownOutcome, translate } from '../core/errors.js';
import { runQuery } from '../core/pools.js';
import { turn } from '../core/turn.js';
import { chainWriter } from './auditChainWriter.js';
import { insertAudit } from './auditRow.js';

const MAX_BATCH_ROWS = 500;
const MAX_QUEUE = 5_000;
/**
 * The part of them that may be refusals: one batch, so that a flood of refusals never costs a valid read more than
 * one flush.
 */
const MAX_REFUSALS = 500;

interface Waiting {
  events: AuditEvent[];
  usage: UsageRow[];
  resolve(): void;
  reject(error: unknown): void;
}

export interface BatcherParts {
  pool: pg.Pool;
  clock: Clock;
  log: Log;
  chainKeys: ChainKeys;
  /** Rows that may wait; 5,000 if not given. */
  maxQueue?: number;
  /** Rows of refusals that may wait; 500 if not given. */
  maxRefusals?: number;
  /** Takes a refusal for which there is no room. */
  countRefusal(ip: string, code: string): void;
}

/**
 * Natural group commit: one flush is under way, and whatever came meanwhile is the next. No timer, so a lone read
 * waits for nothing; under load one commit serves hundreds of reads.
 */
export function auditBatcher(
  parts: BatcherParts,
): Pick<AuditLog, 'record' | 'depth' | 'isFull' | 'failedAt' | 'flush'> {
  const { clock, log, maxQueue = MAX_QUEUE, maxRefusals = MAX_REFUSALS } = parts;
  const chain = chainWriter('reads', parts.chainKeys);
  const queue: Waiting[] = [];
  let depth = 0;
  let refusals = 0;
  let full = false;
  let failedAt: Date | null = null;
  let running: Promise<void> | null = null;

  /** Stores the rows of all of these or of none; rejects with the driver's error. */
  const store = async (batch: readonly Waiting[]): Promise<void> => {
    await chain.ready();
    const rows = chain.next(
      batch.flatMap((each) => each.events),
      clock.now(),
    );
    const usage = batch.flatMap((each) => each.usage);
    try {
      await runQuery(parts.pool, insertAudit(rows, usage));
    } catch (error) {
      if (isUnknownOutcome(error)) chain.unknown();
      throw error;
    }
    chain.stored(rows);
    failedAt = null;
  };

  /** One bad row fails only its own request; anything else fails all of the batch, and is given back. */
  const settle = async (batch: readonly Waiting[]): Promise<BrokerError | null> => {
    try {
      await store(batch);
      for (const each of batch) each.resolve();
      return null;
    } catch (error) {
      const bad = isDataError(error);
      if (bad && batch.length > 1) {
        for (const each of batch) await settle([each]);
        return null;
      }
      const fault = translate(error);
      if (!bad) failedAt = clock.now();
      log.error('audit.flush_failed', { requests: batch.length, code: fault.log });
      for (const each of batch) each.reject(fault);
      return bad ? null : fault;
    }
  };

  /** A full queue that is tried batch by batch while Postgres does not answer would take half a minute to say no. */
  const failAll = (fault: BrokerError): void => {
    for (const each of queue.splice(0)) {
      depth -= sizeOf(each);
      each.reject(fault);
    }
  };

  const drain = async (): Promise<void> => {
    // The turn's other reads get in before a flush goes out: fewer commits cost less than a turn.
    for (await turn(); queue.length > 0; await turn()) {
      const batch = takeBatch(queue);
      const fault = await settle(batch);
      depth -= batch.reduce((sum, each) => sum + sizeOf(each), 0);
      refusals -= batch.filter(isRefusal).reduce((sum, each) => sum + sizeOf(each), 0);
      if (fault !== null) failAll(fault);
      full = false;
    }
    running = null;
  };

  return {
    record(events, usage = []) {
      if (events.length === 0 && usage.length === 0) return Promise.resolve();
      const size = events.length + usage.length;
      // A request larger than the bound still gets in when nothing waits.
      const noRoom = depth > 0 && depth + size > maxQueue;
      const refusal = isRefusal({ events, usage });
      if (refusal && (noRoom || (refusals > 0 && refusals + size > maxRefusals))) {
        for (const { ip, code } of events) parts.countRefusal(ip ?? '', code ?? 'denied');
        return Promise.resolve();
      }
      if (noRoom) {
        full = true;
        return Promise.reject(overloaded());
      }
      depth += size;
      if (refusal) refusals += size;
      return new Promise<void>((resolve, reject) => {
        queue.push({ events, usage, resolve, reject });
        running ??= drain();
      });
    },
    depth: () => depth,
    isFull: () => full,
    failedAt: () => failedAt,
    async flush() {
      while (running !== null) await running;
    },
  };
}

/** A request that gets nothing: without its row no value leaves and nothing changes. */
function isRefusal({ events, usage }: Pick<Waiting, 'events' | 'usage'>): boolean {
  return usage.length === 0 && events.every(({ outcome }) => outcome === 'denied');
}

function sizeOf(waiting: Waiting): number {
  return waiting.events.length + waiting.usage.length;
}

/** The rows of one request stay together, also when they alone are more than a batch. */
function takeBatch(queue: Waiting[]): Waiting[] {
  let count = 0;
  let rows = 0;
  for (const each of queue) {
    rows += sizeOf(each);
    if (count > 0 && rows > MAX_BATCH_ROWS) break;
    count += 1;
  }
  return queue.splice(0, count);
}

function overloaded(): BrokerError {
  return new BrokerError('audit_overloaded', {
    detail: 'Too many reads are waiting for their audit row.',
    retryAfterSeconds: 1,
  });
}
