import type { AuditEvent } from '../../domain/audit.js';
import type { ChangeTx } from '../../ports/changes.js';
import { toSql } from './credentialRow.js';
import { credentialWrites, insertRecord } from './credentialWrites.js';
import { disabledWrites } from './disabledPrincipals.js';
import { eventFeedWrites } from './eventFeed.js';
import { idempotencyWrites } from './idempotency.js';
import { channelWrites } from './outbox.js';
import { peopleWrites } from './peopleWrites.js';
import type { Query } from './pools.js';
import { insertReport } from './reports.js';
import { teamWrites } from './teamWrites.js';
import { testWrites } from './testRuns.js';

/** The writes of one transaction; its events gather in `events` until the commit numbers and hashes them. */
export function changeTx(query: Query, events: AuditEvent[]): ChangeTx {
  return {
    audit: (event) => void events.push(event),
    ...credentialWrites(query),
    ...teamWrites(query),
    ...peopleWrites(query),
    ...disabledWrites(query),
    ...idempotencyWrites(query),
    ...testWrites(query),
    ...channelWrites(query),
    ...eventFeedWrites(query),
    insertReport: (report) => insertReport(query, report),
    reportUsage: (row) =>
      insertRecord(query, 'credential_usage', {
        credential_id: row.credentialId,
        used_by: row.usedBy,
        used_at: row.usedAt,
        success: row.success,
        error_code: row.errorCode,
        purpose: row.purpose,
        caller: row.caller,
      }),
    async notice(notice) {
      await query({
        text: `insert into broker.notifications (credential_id, kind, period, recipient, body)
               values ($1, $2, $3, $4, $5) on conflict do nothing`,
        values: [notice.credentialId, notice.kind, notice.period, notice.recipient, toSql(notice.body)],
      });
    },
  };
}
