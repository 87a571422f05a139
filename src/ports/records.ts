import type { AuditReads } from './auditTrail.js';
import type { CredentialLists, CredentialReads } from './credentials.js';
import type { EventReads } from './eventFeed.js';
import type { ReconcileReads } from './findings.js';
import type { ImportReads } from './imports.js';
import type { NoticeReads, ReminderReads } from './notices.js';
import type { DisabledReads, PeopleReads } from './people.js';
import type { AccessReads, CandidateReads } from './reading.js';
import type { OfferReads, OpenedReads } from './sharing.js';
import type { HealthReads, TestReads } from './testing.js';
import type { IntentReads } from './writing.js';

/** What use cases read from Postgres. Each read rejects with `records_unavailable` when Postgres can't serve. */
export interface Records
  extends AccessReads,
    AuditReads,
    CandidateReads,
    CredentialLists,
    CredentialReads,
    DisabledReads,
    EventReads,
    HealthReads,
    ImportReads,
    IntentReads,
    NoticeReads,
    OfferReads,
    OpenedReads,
    PeopleReads,
    ReconcileReads,
    ReminderReads,
    TestReads {}
