/** What use cases read from Postgres. */

import type { Caller } from '../domain/access/caller.js';
import type { Grant, Standing } from '../domain/access/grant.js';
import type { ListedAuditRow } from '../domain/audit/audit.js';
import type {
  Credential,
  CredentialStatus,
  CredentialVersion,
  Health,
} from '../domain/credentials/credential.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import type { ImportMark } from '../domain/imports/importMerge.js';
import type { StoredNotice } from '../domain/notices/channel.js';
import type { NoticeState } from '../domain/notices/dueNotices.js';
import type { TestCode, TestRun } from '../domain/testing/testResult.js';
import type { HealthMark } from '../domain/testing/uptime.js';
import type { CandidateQuery, Candidates } from './candidates.js';
import type { ChangeEvent } from './eventFeed.js';
import type { Notice } from './notices.js';
import type { OfferReads } from './offers.js';
import type { Page, PageRequest } from './page.js';
import type {
  DisabledPrincipal,
  MadeBy,
  Person,
  ServiceAccount,
  ServiceAccountSecret,
  Session,
  Team,
} from './people.js';
import type { UsageRow } from './usage.js';
import type { IdempotencyRecord, OpenIntent, WriteIntent } from './writing.js';

/** What the one authorization statement answers. */
export interface Access extends Standing {
  /** False when the caller's account is disabled, revoked or gone: the token no longer counts. */
  callerActive: boolean;
  /** Null when there is no such credential (whatever its status otherwise). */
  credential: Credential | null;
}

export interface ListFilter {
  serviceType?: ServiceType;
  health?: Health;
  status?: CredentialStatus;
  /** `key=value` pairs that must all be there. */
  labels?: Record<string, string>;
  /** A team whose grants are meant. */
  team?: string;
  owner?: string;
  expiringBefore?: Date;
  unusedSince?: Date;
  /** The whole name. */
  name?: string;
  /** Free text over name, description, settings. */
  q?: string;
}

export interface ListedCredential extends Standing {
  credential: Credential;
  /** It reaches the caller by offers only: a bare name does not mean it. */
  offered: boolean;
  lastUsedAt: Date | null;
}

export interface HealthTotals {
  credentials: Partial<Record<Health, number>>;
  paused: number;
  tests: Partial<Record<TestCode, number>>;
}

/** What its owner is told of a credential that opens to somebody else. */
export type OpenedCredential = Pick<Credential, 'id' | 'name' | 'owner'>;

/** Reads. Each rejects with `records_unavailable` when Postgres can't serve. */
export interface Records extends OfferReads {
  /** One named statement: is the caller's account active, what is the credential, how does he stand to it. */
  access(caller: Caller, credentialId: string): Promise<Access>;
  /** One statement: is the caller's account still good (for calls without a credential). */
  callerActive(caller: Caller): Promise<boolean>;
  /**
   * One statement: all active credentials that the caller owns or is granted and that match, with `callerActive`. Where
   * only ids are asked for, without the grants on the way: an id needs no consent.
   */
  candidates(caller: Caller, query: CandidateQuery): Promise<Candidates>;
  /** What the caller may see (an admin: all), newest first by (created_at, id). */
  list(caller: Caller, filter: ListFilter, page: PageRequest): Promise<Page<ListedCredential>>;
  versions(credentialId: string): Promise<CredentialVersion[]>;
  version(credentialId: string, version: number): Promise<CredentialVersion | null>;
  grants(credentialId: string): Promise<Grant[]>;
  usage(credentialId: string, page: PageRequest): Promise<Page<UsageRow>>;
  /** The number of the newest event. Postgres is asked once a second, however many ask here. */
  newestEvent(): Promise<number>;
  /**
   * In order, of what the caller may see now. A stretch is looked through at a time, so none may be in it although more
   * come: `last` is before `kept.newest` then. `after` left out: none, only where they stand.
   */
  eventsAfter(
    caller: Caller,
    after: number | undefined,
    limit: number,
  ): Promise<{
    callerActive: boolean;
    events: ChangeEvent[];
    /** Up to here all was looked through. */
    last: number;
    /** Numbers of the events that are kept; without any, `oldest` is the next one. */
    kept: { oldest: number; newest: number };
  }>;
  /** Newest first. */
  testRuns(credentialId: string, page: PageRequest): Promise<Page<TestRun>>;
  /** The health by the tests of the version that was active then, from what was true at `from` on; each state once. */
  healthHistory(
    credentialId: string,
    from: Date,
    to: Date,
  ): Promise<{ since: Date | null; marks: HealthMark[] }>;
  /** Active credentials by health, those whose tests are paused after a refusal, and all tests ever by code. */
  healthTotals(): Promise<HealthTotals>;
  /** How the service refused who signs in so; null where it did not, or has accepted him since. */
  lastRejection(accountKey: string): Promise<TestCode | null>;
  /** The credentials of an owner that hold their name: pending, active and disabled ones. */
  ownedBy(owner: string): Promise<Credential[]>;
  /** Imported ones of an owner that a person disabled or deleted, destroyed ones too; newest first. */
  endedImports(owner: string): Promise<Credential[]>;
  /** What the last import brought; null where none did. */
  importMark(credentialId: string): Promise<ImportMark | null>;
  /** Does an active credential of this owner fill one of these variables already? */
  fillsVariable(owner: string, variables: readonly string[]): Promise<boolean>;

  teams(): Promise<Team[]>;
  team(name: string): Promise<Team | null>;
  teamsOf(principal: string): Promise<string[]>;
  people(): Promise<Person[]>;
  person(principal: string): Promise<Person | null>;
  disabledPrincipals(): Promise<DisabledPrincipal[]>;
  serviceAccounts(createdBy?: string): Promise<ServiceAccount[]>;
  serviceAccount(id: string): Promise<ServiceAccountSecret | null>;
  madeBy(principal: string): Promise<MadeBy>;
  /** What these may read by a grant (none to a role) or, `owned`, own, and the caller neither owns nor holds at a level. */
  openedTo(
    reached: { teams: string[]; principals: string[]; owned: boolean },
    apart: { caller: Caller; level: 'read' | 'manage' },
  ): Promise<OpenedCredential[]>;
  session(id: string): Promise<Session | null>;
  idempotency(actor: string, key: string): Promise<IdempotencyRecord | null>;

  /** Active credentials in batches by id, with what decides whether somebody is told of them. */
  noticeStates(afterId: string | null, limit: number): Promise<Omit<NoticeState, 'testable'>[]>;
  /**
   * Those that were not put yet. Nothing of what somebody acknowledged, or put off until later than `now`; what was put
   * off until earlier is new once more.
   */
  newNotices(notices: Notice[], now: Date): Promise<Notice[]>;
  /** Grants on active credentials that end between two moments. */
  endingGrants(from: Date, to: Date): Promise<EndingGrant[]>;
  envLeftovers(): Promise<EnvLeftovers[]>;
  /** Newest first: what concerns the caller, what he owns or manages; to an admin everything. */
  notices(caller: Caller, filter: NoticeFilter, page: PageRequest): Promise<Page<ListedNotice>>;
  /** Null also when the caller may not see it. */
  seenNotice(caller: Caller, id: string): Promise<ListedNotice | null>;

  /** Of those that were opened before: whose credential and since when. */
  openIntents(olderThan: Date): Promise<OpenIntent[]>;
  openIntent(credentialId: string): Promise<WriteIntent | null>;
  /** Credentials that are marked for destruction, in batches by id. */
  toDestroy(afterId: string | null, limit: number): Promise<Credential[]>;
  /** How many are marked for destruction. */
  destructionsWaiting(): Promise<number>;
  /** In batches by id, for the reconciler; destroyed ones only while something found of them stands. */
  allCredentials(afterId: string | null, limit: number): Promise<Credential[]>;
  /** The smallest id of a credential after this one; null at the end. */
  nextCredentialId(afterId: string | null): Promise<string | null>;
  /** With the names of credentials that the viewer may see. */
  auditEvents(viewer: Caller, filter: AuditFilter, page: PageRequest): Promise<Page<ListedAuditRow>>;
}

/** A grant that ends, and the recipients in addition to the owner of the credential. */
export interface EndingGrant {
  credential: Pick<Credential, 'id' | 'name' | 'serviceType' | 'owner' | 'reminders'>;
  grant: Grant & { expiresAt: Date };
  /** Principals: the person, whoever made the service account, the leads of the team. */
  holders: string[];
}

/** Names of secrets that were in somebody's environment at his last import, and did not come here. */
export interface EnvLeftovers {
  principal: string;
  names: string[];
  /** The first of the imports in a row that left these names. */
  importedAt: Date;
}

export interface NoticeFilter {
  /** True: only what still holds and nobody acknowledged or put off; false: all else. */
  open?: boolean;
  kind?: string;
}

export interface ListedNotice extends StoredNotice {
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  snoozedUntil: Date | null;
  open: boolean;
}

export interface AuditFilter {
  credentialId?: string;
  actor?: string;
  action?: string;
  /** With the dot at its end: `credential.`. */
  actionPrefix?: string;
  outcome?: string;
  requestId?: string;
  from?: Date;
  to?: Date;
}
