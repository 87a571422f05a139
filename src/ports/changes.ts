/** What use cases change in Postgres, each change with its audit rows. */

import type { Role } from '../domain/access/caller.js';
import type { Grant } from '../domain/access/grant.js';
import type { AuditEvent } from '../domain/audit/audit.js';
import type { Credential, CredentialVersion } from '../domain/credentials/credential.js';
import type { Channel } from '../domain/notices/channel.js';
import type { Discrepancy, Resolution } from '../domain/reconcile/discrepancy.js';
import type { ReportSchedule } from '../domain/reports/reportSchedule.js';
import type { TestCode, TestRun } from '../domain/testing/testResult.js';
import type { DisabledWrites } from './disabledWrites.js';
import type { ReportOnly } from './findings.js';
import type { ImportWrites } from './imports.js';
import type { ChannelPatch, Notice, SealedChannel } from './notices.js';
import type { OfferAnswer, PreferenceChange } from './offers.js';
import type { DisabledPrincipal, Person, ServiceAccountSecret, Session, Team, TeamMember } from './people.js';
import type { NewReport } from './reports.js';
import type { UsageRow } from './usage.js';
import type { CredentialPatch, IdempotencyRecord, WriteIntent } from './writing.js';

/** Columns that a test sets. */
export type TestedPatch = Pick<Credential, 'health' | 'lastTestedAt' | 'lastTestCode'> &
  Partial<
    Pick<
      Credential,
      'identity' | 'expiresAt' | 'expiresSource' | 'nextTestAt' | 'testGeneration' | 'accountKey'
    >
  >;

/** A grant as it is given. */
export interface GivenGrant extends Grant {
  /** The role of the giver at that time. */
  giverRole?: Role;
  /** It fills variables without the consent of the receivers; left out: it is an offer. */
  confirmed?: boolean;
}

/** A member as they are added. */
export interface JoiningMember extends TeamMember {
  /** They are in the team with their own consent, or by an admin; left out: neither. */
  confirmed?: boolean;
}

/** Writes of one transaction. Everything here commits together with its audit rows, or not at all. */
export interface ChangeTx extends DisabledWrites, ImportWrites {
  /** At least one event a change; numbered and hashed at commit. */
  audit(event: AuditEvent): void;
  /** Locks and returns the row, whatever its status. */
  lock(credentialId: string): Promise<Credential | null>;
  /** Rejects with `name_taken` when the owner has another undeleted one of that name. */
  insertCredential(credential: Credential): Promise<void>;
  /** Sets the given columns, `updated_at/by`, and adds one to `revision`. Rejects with `name_taken`. */
  updateCredential(id: string, patch: CredentialPatch, by: string, at: Date): Promise<Credential>;
  insertVersion(version: CredentialVersion): Promise<void>;
  /** False when one of them is so already, or is not there; then the transaction must not be kept. */
  setVersionStates(
    credentialId: string,
    states: Pick<CredentialVersion, 'version' | 'state'>[],
  ): Promise<boolean>;
  /** Rejects with `conflict` when another intent is open for the credential. */
  openIntent(intent: WriteIntent): Promise<void>;
  closeIntent(id: string, outcome: 'completed' | 'abandoned', at: Date): Promise<void>;
  /**
   * Grants that are there already keep their giver and since when they count, unless they had ended, give values only now,
   * or come from somebody who needs no consent.
   */
  replaceGrants(credentialId: string, grants: GivenGrant[], by: string, at: Date): Promise<void>;
  /** Keeps the moments of variables that were accepted before. A yes also undoes a decline of the same credential. */
  answerOffer(answer: OfferAnswer): Promise<void>;
  setPreference(change: PreferenceChange): Promise<void>;
  reportUsage(row: UsageRow): Promise<void>;
  insertTestRun(run: TestRun): Promise<void>;
  /** What a test found out about the active version. Leaves `revision` and `updated_at`: nobody changed anything. */
  setTested(credentialId: string, found: TestedPatch): Promise<void>;
  refusedAccount(accountKey: string, code: TestCode, at: Date): Promise<void>;
  acceptedAccount(accountKey: string): Promise<void>;
  /**
   * Makes the others that sign in alike due at `at`: after a refusal those whose tests go on, after a success those
   * that are paused. What others hold locked is left out.
   */
  rescheduleSameAccount(
    tested: { id: string; accountKey: string; accepted: boolean },
    at: Date,
  ): Promise<void>;
  notice(notice: Notice): Promise<void>;
  /** Any number, in one statement. */
  notices(notices: readonly Notice[]): Promise<void>;
  /** False when one of its kind stands already for the same credential or path; then nothing is changed. */
  openFinding(finding: Discrepancy): Promise<boolean>;
  resolveFinding(id: string, resolution: Resolution, at: Date): Promise<void>;
  /** Adds facts to one. */
  noteFinding(id: string, facts: Discrepancy['facts']): Promise<void>;
  setReportOnly(state: ReportOnly): Promise<void>;
  acknowledgeNotice(id: string, by: string, at: Date): Promise<void>;
  /** What of it was not sent yet is dropped: it is put once more when it still holds. */
  snoozeNotice(id: string, by: string, until: Date): Promise<void>;
  /** Rejects with `name_taken`. */
  insertChannel(channel: Omit<SealedChannel, 'failures'>): Promise<void>;
  /** Of a channel that was just added: it hears of events from now on. */
  followEvents(channelId: string): Promise<void>;
  /**
   * Only what is named. What waits is tried again at once; after a pause it counts as handed over at that moment. Rejects
   * with `name_taken`, `not_found`, and `conflict` when the sealed target is no longer the one that was read.
   */
  updateChannel(id: string, change: ChannelPatch, at: Date): Promise<Channel>;
  /** Rejects when the schedule has a report for that moment already. */
  insertReport(report: NewReport): Promise<void>;
  /** Rejects with `name_taken`. */
  insertReportSchedule(schedule: ReportSchedule): Promise<void>;
  /** Rejects with `name_taken`. */
  updateReportSchedule(schedule: ReportSchedule): Promise<void>;
  deleteReportSchedule(id: string): Promise<void>;
  /** With what waits for it; no report schedule names it any more. False when there is none. */
  deleteChannel(id: string): Promise<boolean>;
  /** Puts another sealing of the same target in its place. Rejects with `conflict` when it is no longer the one that was read. */
  resealChannel(id: string, change: { from: string; to: string }): Promise<void>;

  /** Rejects with `name_taken`. */
  insertTeam(team: Omit<Team, 'members'>): Promise<void>;
  /** Locks and returns the team, with its members as they are now. */
  lockTeam(name: string): Promise<Team | null>;
  replaceMembers(team: string, members: JoiningMember[], by: string, at: Date): Promise<void>;
  /** Adds one, or sets whether he leads. */
  putMember(team: string, member: JoiningMember, by: string, at: Date): Promise<void>;
  removeMember(team: string, principal: string): Promise<void>;
  /** With the grants that name it, its reports and channels: another team may get that name. The names of the channels. */
  deleteTeam(name: string, at: Date): Promise<string[]>;

  /** The admins who are not disabled, locked until the end of the transaction. */
  lockAdmins(): Promise<Person[]>;
  /** Rejects with `name_taken`. */
  insertPerson(person: Person): Promise<void>;
  /** Takes back one who was just added. */
  deletePerson(principal: string): Promise<void>;
  updatePerson(
    principal: string,
    patch: Partial<
      Pick<Person, 'role' | 'disabled' | 'mustChangePassword' | 'lastLoginAt' | 'email'> &
        Omit<DisabledPrincipal, 'principal'>
    >,
  ): Promise<Person | null>;
  /** Locks and returns the row. */
  lockPerson(principal: string): Promise<Person | null>;
  insertServiceAccount(account: ServiceAccountSecret): Promise<void>;
  updateServiceAccount(
    id: string,
    patch: Partial<Pick<ServiceAccountSecret, 'revokedAt' | 'expiresAt' | 'lastUsedAt'>>,
  ): Promise<void>;
  /** False when the secret is no longer the one that was read, or the account was revoked. */
  replaceAccountSecret(
    before: Pick<ServiceAccountSecret, 'id' | 'secretHmac'>,
    next: Pick<ServiceAccountSecret, 'secretHmac' | 'secretId'>,
  ): Promise<boolean>;
  insertSession(session: Session): Promise<void>;
  revokeSession(id: string, at: Date): Promise<void>;
  /** All but `except`, when that is given. */
  revokeSessionsOf(principal: string, at: Date, except?: string): Promise<void>;

  /**
   * Claims the key. Null when it is ours now; else the record that was there (also when its lock ran out, after
   * taking the lock over: `state` is `in_progress` and `resumed` true).
   */
  claimIdempotency(
    record: Omit<IdempotencyRecord, 'state' | 'response'>,
    now: Date,
  ): Promise<(IdempotencyRecord & { resumed: boolean }) | null>;
  finishIdempotency(actor: string, key: string, response: IdempotencyRecord['response']): Promise<void>;
  releaseIdempotency(actor: string, key: string): Promise<void>;
}

export interface Changes {
  /** Runs `work` in one transaction; its audit rows and it commit together. Never call Vault inside. */
  run<T>(work: (tx: ChangeTx) => Promise<T>): Promise<T>;
}
