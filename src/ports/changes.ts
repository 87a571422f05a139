import type { AuditEvent } from '../domain/audit/audit.js';
import type { CredentialWrites } from './credentials.js';
import type { EventWrites } from './eventFeed.js';
import type { FindingWrites } from './findings.js';
import type { ImportWrites } from './imports.js';
import type { BulkWrites, JobWrites } from './jobs.js';
import type { ChannelWrites, NoticeWrites } from './notices.js';
import type { DisabledWrites, PeopleWrites, TeamWrites } from './people.js';
import type { ReportScheduleWrites, ReportWrites } from './reports.js';
import type { GrantWrites, OfferWrites } from './sharing.js';
import type { TestWrites } from './testing.js';
import type { IdempotencyWrites, IntentWrites } from './writing.js';

/** The writes of one transaction, by subject. All of them commit together with their audit rows, or not at all. */
export interface ChangeTx
  extends BulkWrites,
    ChannelWrites,
    CredentialWrites,
    DisabledWrites,
    EventWrites,
    FindingWrites,
    GrantWrites,
    IdempotencyWrites,
    ImportWrites,
    IntentWrites,
    JobWrites,
    NoticeWrites,
    OfferWrites,
    PeopleWrites,
    ReportScheduleWrites,
    ReportWrites,
    TeamWrites,
    TestWrites {
  /** At least one event a change; numbered and hashed at commit. */
  audit(event: AuditEvent): void;
}

export interface Changes {
  /** Runs `work` in one transaction; its audit rows and it commit together. Never call Vault inside. */
  run<T>(work: (tx: ChangeTx) => Promise<T>): Promise<T>;
}
