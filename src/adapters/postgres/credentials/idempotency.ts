import type { IdempotencyKeys, IdempotencyRecord, IdempotencyWrites } from '../../../ports/writing.js';
import type { Query, Row } from '../core/pools.js';
import { toSql } from '../core/values.js';

/** How long an answer is kept for a repeated request. */
const KEEP = '24 hours';

const IS_OLD = `k.created_at < $6::timestamptz - interval '${KEEP}'`;

/** The key is new, or too old to count; or its lock ran out, and only the lock becomes ours. */
const CLAIM = `
  insert into broker.idempotency_keys as k
    (actor, key, request_fingerprint, credential_id, state, locked_until, created_at)
  values ($1, $2, $3, $4, 'in_progress', $5, $6)
  on conflict (actor, key) do update set
    request_fingerprint = case when ${IS_OLD} then excluded.request_fingerprint else k.request_fingerprint end,
    credential_id = case when ${IS_OLD} then excluded.credential_id else k.credential_id end,
    created_at = case when ${IS_OLD} then excluded.created_at else k.created_at end,
    response = null, state = 'in_progress', locked_until = excluded.locked_until
  where ${IS_OLD} or (k.state = 'in_progress' and k.locked_until <= $6)
  returning k.*, k.created_at = $6 as is_new`;

export function idempotencyKeys(query: Query): IdempotencyKeys {
  const claim: IdempotencyKeys['claim'] = async (wanted, now) => {
    const { actor, key, requestFingerprint, credentialId, lockedUntil } = wanted;
    const values = [actor, key, requestFingerprint, credentialId, lockedUntil, now];
    const [claimed] = await query({ text: CLAIM, values });
    if (claimed !== undefined)
      return claimed['is_new'] === true ? null : { ...toRecord(claimed), resumed: true };
    const text = 'select * from broker.idempotency_keys where actor = $1 and key = $2';
    const [found] = await query({ text, values: [actor, key] });
    // Released between the two statements: it is free now.
    return found === undefined ? claim(wanted, now) : { ...toRecord(found), resumed: false };
  };
  return {
    claim,
    async restart({ actor, key, credentialId }) {
      const text = `update broker.idempotency_keys set credential_id = $3
                    where actor = $1 and key = $2 and state = 'in_progress'`;
      await query({ text, values: [actor, key, credentialId] });
    },
  };
}

export function idempotencyWrites(query: Query): IdempotencyWrites {
  return {
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
