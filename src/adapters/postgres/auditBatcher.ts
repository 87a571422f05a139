import type pg from 'pg';
import type { AuditEvent } from '../../domain/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { ReadAudit } from '../../ports/auditTrail.js';
import type { UsageRow } from '../../ports/records.js';
import type { Clock, Log } from '../../ports/runtime.js';
import { chainWriter } from './auditChainWriter.js';
import { insertAudit } from './auditRow.js';
import { isDataError, isUnknownOutcome, translate } from './errors.js';
import { runQuery } from './pools.js';

const MAX_BATCH_ROWS = 500;
const MAX_QUEUE = 5_000;

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
  /** Rows that may wait; 5,000 if not given. */
  maxQueue?: number;
}

/**
 * Natural group commit: one flush is under way, and whatever came meanwhile is the next. No timer, so a lone read
 * waits for nothing; under load one commit serves hundreds of reads.
 */
export function auditBatcher(parts: BatcherParts): Pick<ReadAudit, 'record' | 'depth' | 'isFull' | 'flush'> {
  const { clock, log, maxQueue = MAX_QUEUE } = parts;
  const chain = chainWriter('reads');
  const queue: Waiting[] = [];
  let depth = 0;
  let full = false;
  let running: Promise<void> | null = null;

  /** Stores the rows of all of these or of none; rejects with the driver's error. */
  const store = async (batch: readonly Waiting[]): Promise<void> => {
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
    // The turn's other reads get in before the first flush goes out.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = takeBatch(queue);
      const fault = await settle(batch);
      depth -= batch.reduce((sum, each) => sum + sizeOf(each), 0);
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
      if (depth > 0 && depth + size > maxQueue) {
        full = true;
        return Promise.reject(overloaded());
      }
      depth += size;
      return new Promise<void>((resolve, reject) => {
        queue.push({ events, usage, resolve, reject });
        running ??= drain();
      });
    },
    depth: () => depth,
    isFull: () => full,
    async flush() {
      while (running !== null) await running;
    },
  };
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
    detail: 'Too many reads wait for their audit row.',
    retryAfterSeconds: 1,
  });
}
