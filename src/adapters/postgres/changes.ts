import type pg from 'pg';
import { mutex } from '../../domain/async.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { Changes, ChangeTx } from '../../ports/changes.js';
import type { Clock, Log } from '../../ports/runtime.js';
import type { ChainKeys } from '../../ports/vault.js';
import { chainWriter } from './audit/auditChainWriter.js';
import { insertAudit } from './audit/auditRow.js';
import { changeTx } from './changeTx.js';
import { isUnavailable, isUnknownOutcome, translate } from './core/errors.js';
import { queryOn, runQuery } from './core/pools.js';

/** Transactions whose audit rows commit with them. */
export function postgresChanges(
  pool: pg.Pool,
  { clock, log, chainKeys }: { clock: Clock; log: Log; chainKeys: ChainKeys },
): Changes {
  const chain = chainWriter('changes', chainKeys);
  const oneCommit = mutex();

  /** The commit's own error, or undefined when it is known to have taken place. */
  const commitAudited = async (client: pg.PoolClient, events: AuditEvent[]): Promise<void> => {
    const rows = chain.next(events, clock.now());
    await runQuery(client, insertAudit(rows));
    try {
      // The server answers a COMMIT of a transaction that already failed with ROLLBACK and no error.
      const { command } = await runQuery(client, { text: 'commit' });
      if (command !== 'COMMIT') throw failed('commit of a transaction that had failed');
    } catch (error) {
      if (!(error instanceof BrokerError) && isUnknownOutcome(error)) {
        chain.unknown();
        log.error('audit.commit_unknown', { chain: rows[0]?.chain });
      }
      throw error;
    }
    chain.stored(rows);
  };

  return {
    async run<T>(work: (tx: ChangeTx) => Promise<T>): Promise<T> {
      await chain.ready();
      const client = await connect(pool);
      let broken = true;
      try {
        await queryOn(client)({ text: 'begin' });
        const events: AuditEvent[] = [];
        const result = await work(changeTx(queryOn(client), clock, events));
        if (events.length === 0) throw failed('a change brought no audit event');
        await oneCommit(() => commitAudited(client, events)).catch((error: unknown) => {
          throw translate(error);
        });
        broken = false;
        return result;
      } catch (error) {
        // Nothing comes back from a server that does not answer: dropping the connection ends the transaction too.
        broken = isUnavailable(error) || !(await rollBack(client));
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw translate(error);
  }
}

/** False when the connection can't be used again. */
async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

function failed(log: string): BrokerError {
  return new BrokerError('internal_error', { detail: 'An internal error occurred.', log });
}
