import type { IdempotencyReads, IdempotencyRecord, IdempotencyWrites } from '../../../ports/writing.js';
import type { Query, Row } from '../core/pools.js';
import { toSql } from '../core/values.js';

/** How long an answer is kept for a repeated request. */
const KEEP = '24 hours';

export function idempotencyReads(query: Query): IdempotencyReads {
  return {
    async idempotency(actor, key) {
      const text = 'select * from broker.idempotency_keys where actor = $1 and key = $2';
      const [row] = await query({ text, values: [actor, key] });
      return row === undefined ? null : toRecord(row);
    },
  };
}

export function idempotencyWrites(query: Query): IdempotencyWrites {
  return {
    async claimIdempotency(record, now) {
      const { actor, key, requestFingerprint, credentialId, lockedUntil } = record;
      await query({
        text: `delete from broker.idempotency_keys
               where actor = $1 and key = $2 and created_at < $3::timestamptz - interval '${KEEP}'`,
        values: [actor, key, now],
      });
      const claimed = await query({
        text: `insert into broker.idempotency_keys
                 (actor, key, request_fingerprint, credential_id, state, locked_until, created_at)
               values ($1, $2, $3, $4, 'in_progress', $5, $6) on conflict do nothing returning key`,
        values: [actor, key, requestFingerprint, credentialId, lockedUntil, now],
      });
      return claimed.length > 0 ? null : await takeOver(query, record, now);
    },
    async finishIdempotency(actor, key, response) {
      await query({
        text: `update broker.idempotency_keys set state = 'done', response = $3 where actor = $1 and key = $2`,
        values: [actor, key, toSql(response)],
      });
    },
    async releaseIdempotency(actor, key) {
      await query({
        text: `delete from broker.idempotency_keys where actor = $1 and key = $2 and state = 'in_progress'`,
        values: [actor, key],
      });
    },
  };
}

/** The record that was there; its lock becomes ours when it ran out, as after a crash. */
async function takeOver(
  query: Query,
  record: Parameters<IdempotencyWrites['claimIdempotency']>[0],
  now: Date,
): Promise<(IdempotencyRecord & { resumed: boolean }) | null> {
  const taken = await query({
    text: `update broker.idempotency_keys set locked_until = $3
           where actor = $1 and key = $2 and state = 'in_progress' and locked_until <= $4 returning *`,
    values: [record.actor, record.key, record.lockedUntil, now],
  });
  if (taken[0] !== undefined) return { ...toRecord(taken[0]), resumed: true };
  const [found] = await query({
    text: 'select * from broker.idempotency_keys where actor = $1 and key = $2',
    values: [record.actor, record.key],
  });
  return found === undefined ? null : { ...toRecord(found), resumed: false };
}

function toRecord(row: Row): IdempotencyRecord {
  return {
    actor: row['actor'],
    key: row['key'],
    requestFingerprint: row['request_fingerprint'],
    credentialId: row['credential_id'],
    state: row['state'],
    lockedUntil: row['locked_until'],
    response: row['response'],
  } as IdempotencyRecord;
}
