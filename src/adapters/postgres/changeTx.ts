import type { AuditEvent } from '../../domain/audit/audit.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Clock } from '../../ports/runtime.js';
import { disabledWrites } from './access/disabledPrincipals.js';
import { grantWrites } from './access/grantWrites.js';
import { offerWrites } from './access/offers.js';
import { bulkWrites } from './bulk/bulkJobs.js';
import type { Query } from './core/pools.js';
import { credentialWrites } from './credentials/credentialWrites.js';
import { idempotencyWrites } from './credentials/idempotency.js';
import { importWrites } from './credentials/importWrites.js';
import { eventFeedWrites } from './events/eventFeed.js';
import { jobWrites } from './jobs/jobs.js';
import { channelWrites } from './notices/channels.js';
import { noticeWrites } from './notices/noticeWrites.js';
import { peopleWrites } from './people/peopleWrites.js';
import { teamWrites } from './people/teamWrites.js';
import { findingWrites } from './reconcile/findings.js';
import { reportScheduleWrites } from './reports/reportSchedules.js';
import { reportWrites } from './reports/reports.js';
import { testWrites } from './testing/testRuns.js';

/** The writes of one transaction; its events gather in `events` until the commit numbers and hashes them. */
export function changeTx(query: Query, clock: Clock, events: AuditEvent[]): ChangeTx {
  return {
    audit: (event) => void events.push(event),
    ...credentialWrites(query),
    ...importWrites(query),
    ...grantWrites(query),
    ...offerWrites(query),
    ...teamWrites(query),
    ...peopleWrites(query),
    ...disabledWrites(query),
    ...idempotencyWrites(query),
    ...testWrites(query),
    ...channelWrites(query),
    ...findingWrites(query),
    ...noticeWrites(query, clock),
    ...jobWrites(query),
    ...bulkWrites(query),
    ...reportWrites(query),
    ...reportScheduleWrites(query),
    ...eventFeedWrites(query),
  };
}
