import type { AuditEvent } from '../../domain/audit/audit.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Clock } from '../../ports/runtime.js';
import { channelWrites } from './channels.js';
import { credentialWrites, insertRecord } from './credentialWrites.js';
import { disabledWrites } from './disabledPrincipals.js';
import { eventFeedWrites } from './eventFeed.js';
import { findingWrites } from './findings.js';
import { idempotencyWrites } from './idempotency.js';
import { noticeWrites } from './noticeWrites.js';
import { offerWrites } from './offers.js';
import { peopleWrites } from './peopleWrites.js';
import type { Query } from './pools.js';
import { reportScheduleWrites } from './reportSchedules.js';
import { reportWrites } from './reports.js';
import { teamWrites } from './teamWrites.js';
import { testWrites } from './testRuns.js';

/** The writes of one transaction; its events gather in `events` until the commit numbers and hashes them. */
export function changeTx(query: Query, clock: Clock, events: AuditEvent[]): ChangeTx {
  return {
    audit: (event) => void events.push(event),
    ...credentialWrites(query),
    ...offerWrites(query),
    ...teamWrites(query),
    ...peopleWrites(query),
    ...disabledWrites(query),
    ...idempotencyWrites(query),
    ...testWrites(query),
    ...channelWrites(query),
    ...findingWrites(query),
    ...noticeWrites(query, clock),
    ...reportWrites(query),
    ...reportScheduleWrites(query),
    ...eventFeedWrites(query),
    reportUsage: (row) =>
      insertRecord(query, 'credential_usage', {
        credential_id: row.credentialId,
        used_by: row.usedBy,
        used_at: row.usedAt,
        success: row.success,
        error_code: row.errorCode,
        purpose: row.purpose,
        caller: row.caller,
        reported: row.reported,
      }),
  };
}
