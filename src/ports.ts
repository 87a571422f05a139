/**
 * What the use cases need from outside. Adapters implement these; `wire.ts` joins them. Nothing here names a library.
 */
import type { AuditEvent, AuditRow } from './domain/audit.js';
import type { Caller, Role } from './domain/caller.js';
import type { Channel, ChannelKind, PutNotice } from './domain/channel.js';
import type { Credential, CredentialStatus, CredentialVersion, Health } from './domain/credential.js';
import type { NoticeState } from './domain/dueNotices.js';
import type { FieldValues } from './domain/fields.js';
import type { Grant, Standing } from './domain/grant.js';
import type { Message } from './domain/message.js';
import type { Probe } from './domain/outbound.js';
import type { HealthChange, Report, ReportedCredential } from './domain/report.js';
import type { Secret } from './domain/secret.js';
import type { ServiceType } from './domain/serviceType.js';
import type { TestRun } from './domain/testResult.js';

export interface Clock {
  now(): Date;
}

/** Structured log. `fields` are an allow-list of plain values: ids, codes, counts, durations. Never a secret. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Record<string, string | number | boolean | null | undefined>;

// ---------------------------------------------------------------- Vault

/** One stored version as Vault tells of it. `createdTime` is Vault's own text. */
export interface StoredVersion {
  version: number;
  createdTime: string;
}

export interface StoredMetadata {
  /** Vault's current (latest) version; 0 when nothing was written yet. */
  currentVersion: number;
  maxVersions: number;
  versions: Map<number, { createdTime: string; deleted: boolean; destroyed: boolean }>;
}

/**
 * KV v2. Every method rejects with a `BrokerError`: `store_unavailable` when Vault can't serve (whatever the reason),
 * `bad_store_answer` for garbage, and what each method says.
 */
export interface SecretStore {
  /**
   * Writes all fields as one new version. `cas` is Vault's latest version (0: the path must be new).
   * A time-out is settled by reading back. Rejects with `conflict` when the latest version is another one.
   */
  write(path: string, values: FieldValues, cas: number): Promise<StoredVersion>;
  /**
   * Reads exactly one version. `secretFields` tells which of the fields are secrets.
   * `gone` when it was deleted or destroyed in Vault; `integrity_error` when the path or version is missing or
   * its `created_time` is not `createdTime` (pass null to skip that check).
   */
  read(
    path: string,
    version: number,
    createdTime: string | null,
    secretFields: readonly string[],
  ): Promise<FieldValues>;
  /** Null when the path does not exist. */
  metadata(path: string): Promise<StoredMetadata | null>;
  /** Sets what is given; `custom` replaces custom_metadata (values are cut at 512 bytes on a character boundary). */
  setMetadata(path: string, change: { custom?: Record<string, string>; maxVersions?: number }): Promise<void>;
  /** Removes all versions and the metadata. Nothing there is success. */
  destroy(path: string): Promise<void>;
  /** All credential paths below the mount (`<type>/<leaf>`), for the reconciler. */
  list(): Promise<string[]>;
}

/** What can be hashed: plain JSON in which secrets stay wrapped. */
export type Hashable =
  | string
  | number
  | boolean
  | null
  | undefined
  | Secret
  | readonly Hashable[]
  | { readonly [key: string]: Hashable };

/** Keyed hashes by transit (`broker-fingerprint`). Keys of objects are sorted before hashing. */
export interface Fingerprints {
  /** Hash of `value` for one purpose; hashes of two purposes never match. */
  make(purpose: string, value: Hashable): Promise<string>;
  /** True when `value` gives that hash, also under an older version of the key. */
  matches(purpose: string, value: Hashable, fingerprint: string): Promise<boolean>;
}

/** Signs the broker's own tokens; the private key stays in transit (`broker-tokens`, ES256). */
export interface TokenSigner {
  /** A compact JWT over `claims`, `kid` = `broker-tokens-v<N>`. */
  sign(claims: Record<string, unknown>): Promise<string>;
  /** Public keys as JWK set members with `kid`, `alg` and `use`. From memory; loaded at start. */
  publicKeys(): Promise<Record<string, unknown>[]>;
  /** Asks Vault again, at most once per cool-down; called on an unknown kid. */
  reload(): Promise<void>;
}

/** Signs audit checkpoints (`broker-audit`, ed25519). */
export interface CheckpointSigner {
  sign(payload: string): Promise<string>;
  verify(payload: string, signature: string): Promise<boolean>;
}

/** Seals short secrets that have to rest outside Vault (page sessions, notification targets). */
export interface Sealer {
  /** Text that may rest in Postgres. `context` says what it is for; opening needs the same one. */
  seal(secret: Secret, context: string): Promise<string>;
  /** Rejects with `bad_store_answer` when the text was not sealed by us for this context. */
  open(sealed: string, context: string): Promise<Secret>;
  /** The same content under the newest version of the key; the content is not seen here. */
  rewrap(sealed: string): Promise<string>;
}

/** Passwords of the people who log in here (Vault userpass). */
export interface Passwords {
  /** False for a wrong password and for an unknown name alike. */
  check(username: string, password: Secret): Promise<boolean>;
  set(username: string, password: Secret): Promise<void>;
  remove(username: string): Promise<void>;
}

/** Glassdome's flat Vault layout, read with a token that the caller brought for this one request. */
export interface FlatSecrets {
  /** Secret keys and values at the mount's top; `auth/*`, `services/*` and `secret_key` are never read. */
  readAll(options: { mount: string; token: Secret }): Promise<Map<string, Secret>>;
}

export type StoreHealth = 'ok' | 'sealed' | 'standby' | 'uninitialized' | 'unreachable';

/** Whether Vault serves us, for readiness. Never rejects. */
export interface StoreStatus {
  health(): Promise<StoreHealth>;
  /** Seconds that our own token still lives; 0 when there is none. */
  tokenSecondsLeft(): number;
}

// ---------------------------------------------------------------- Postgres

/** What the one authorization statement answers. */
export interface Access extends Standing {
  /** False when the caller's account is disabled, revoked or gone: the token no longer counts. */
  callerActive: boolean;
  /** Null when there is no such credential (whatever its status otherwise). */
  credential: Credential | null;
}

/** A credential that the caller owns or holds a grant on. */
export interface Candidate extends Standing {
  credential: Credential;
  /** 0 own, 1 granted to the caller itself, 2 by team or role. */
  rank: 0 | 1 | 2;
}

/** Each given list widens the search: a candidate matches any of them. */
export interface CandidateQuery {
  ids?: string[];
  names?: string[];
  serviceTypes?: ServiceType[];
  /** Variables as credentials hold them in `env_names`. */
  envNames?: string[];
  /** Every candidate that has any env name, for `environment`. */
  anyEnvName?: boolean;
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
  /** Free text over name, description, settings. */
  q?: string;
}

export interface Page<T> {
  items: T[];
  /** Opaque; undefined on the last page. */
  nextCursor?: string;
}

export interface PageRequest {
  limit: number;
  cursor?: string;
}

export interface ListedCredential extends Standing {
  credential: Credential;
  lastUsedAt: Date | null;
}

export interface UsageRow {
  credentialId: string;
  /** `used_by` of the request, or the caller's principal. */
  usedBy: string;
  usedAt: Date;
  success: boolean;
  errorCode: string | null;
  purpose: string | null;
  /** A principal. */
  caller: string;
}

export interface WriteIntent {
  id: string;
  credentialId: string;
  kind: 'create' | 'update' | 'rotate';
  expectedVersion: number;
  /** Fingerprint of the content that was to be written (purpose `content:<credential id>`). */
  fingerprint: string;
  settings: Record<string, string>;
  secretFields: string[];
  changedFields: string[];
  actor: string;
  requestId: string;
  reason: string | null;
  source: CredentialVersion['source'];
  createdAt: Date;
  /** Metadata that becomes true with the version (name, labels …), as `CredentialPatch`. */
  patch: CredentialPatch;
}

/** Columns of a credential that a change may set. Dates may be null. */
export type CredentialPatch = Partial<
  Pick<
    Credential,
    | 'name'
    | 'owner'
    | 'activeVersion'
    | 'activeCreatedTime'
    | 'latestVersion'
    | 'settings'
    | 'secretFields'
    | 'description'
    | 'labels'
    | 'envNames'
    | 'status'
    | 'health'
    | 'lastTestedAt'
    | 'lastTestCode'
    | 'identity'
    | 'nextTestAt'
    | 'expiresAt'
    | 'expiresSource'
    | 'rotationIntervalDays'
    | 'lastRotatedAt'
    | 'nextRotationAt'
    | 'deletedAt'
    | 'deletedBy'
  >
>;

/** Something that changed on a credential. Names, numbers and states; no value. */
export interface ChangeEvent {
  /** Grows with each event; a reader goes on from it. */
  id: number;
  at: Date;
  /** `credential.rotated`, `credential.health_changed` … */
  kind: string;
  credentialId: string;
  name: string;
  serviceType: ServiceType;
  owner: string;
  details: Record<string, unknown>;
}

/** Columns that a test sets. */
export type TestedPatch = Pick<Credential, 'health' | 'lastTestedAt' | 'lastTestCode'> &
  Partial<Pick<Credential, 'identity' | 'expiresAt' | 'expiresSource' | 'nextTestAt'>>;

export interface Team {
  /** Unique, `[a-z0-9][a-z0-9-]{0,62}`; what grants name. */
  name: string;
  description: string;
  createdAt: Date;
  createdBy: string;
  members: TeamMember[];
}
export interface TeamMember {
  /** A principal. */
  principal: string;
  /** A lead may add and remove members. */
  lead: boolean;
}

export interface Person {
  /** `local:<username>`. */
  principal: string;
  username: string;
  role: Role;
  disabled: boolean;
  mustChangePassword: boolean;
  createdAt: Date;
  createdBy: string;
  lastLoginAt: Date | null;
}

export interface ServiceAccount {
  id: string;
  name: string;
  description: string;
  role: Role;
  createdAt: Date;
  /** A principal. */
  createdBy: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}
/** With what only the token exchange needs. `secretHmac` is a transit HMAC, useless as a credential. */
export interface ServiceAccountSecret extends ServiceAccount {
  secretHmac: string;
}

/** A login of a person that can be renewed until it ends. */
export interface Session {
  id: string;
  principal: string;
  secretHmac: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

export interface IdempotencyRecord {
  actor: string;
  key: string;
  /** Fingerprint of the request (purpose `idempotency`). */
  requestFingerprint: string;
  /** Set as soon as it is known, so that a retry after a crash can go on with it. */
  credentialId: string | null;
  state: 'in_progress' | 'done';
  /** Until then another request with the same key is told `idempotency_in_progress`. */
  lockedUntil: Date;
  /** The stored answer; holds no secret. */
  response: { status: number; body: unknown } | null;
}

/** A statement row that tells somebody something; sent later by the worker. Unique on (credential, kind, period). */
export interface Notice {
  credentialId: string | null;
  kind: string;
  period: string;
  recipient: string;
  body: Record<string, unknown>;
}

/** Reads. Each rejects with `records_unavailable` when Postgres can't serve. */
export interface Records {
  /** One named statement: is the caller's account active, what is the credential, how does he stand to it. */
  access(caller: Caller, credentialId: string): Promise<Access>;
  /** One statement: is the caller's account still good (for calls without a credential). */
  callerActive(caller: Caller): Promise<boolean>;
  /** One statement: all active credentials that the caller owns or is granted and that match; also `callerActive`. */
  candidates(
    caller: Caller,
    query: CandidateQuery,
  ): Promise<{ callerActive: boolean; candidates: Candidate[] }>;
  /** What the caller may see (an admin: all), newest first by (created_at, id). */
  list(caller: Caller, filter: ListFilter, page: PageRequest): Promise<Page<ListedCredential>>;
  versions(credentialId: string): Promise<CredentialVersion[]>;
  version(credentialId: string, version: number): Promise<CredentialVersion | null>;
  grants(credentialId: string): Promise<Grant[]>;
  usage(credentialId: string, page: PageRequest): Promise<Page<UsageRow>>;
  /** In order, of what the caller may see now. `after` left out: none, only the number of the newest. */
  eventsAfter(
    caller: Caller,
    after: number | undefined,
    limit: number,
  ): Promise<{ callerActive: boolean; events: ChangeEvent[]; last: number }>;
  /** Newest first. */
  testRuns(credentialId: string, page: PageRequest): Promise<Page<TestRun>>;
  /** Active credentials of an owner that hold one of these env names or a name; for defaults and import. */
  ownedBy(owner: string): Promise<Credential[]>;

  teams(): Promise<Team[]>;
  team(name: string): Promise<Team | null>;
  teamsOf(principal: string): Promise<string[]>;
  people(): Promise<Person[]>;
  person(principal: string): Promise<Person | null>;
  serviceAccounts(createdBy?: string): Promise<ServiceAccount[]>;
  serviceAccount(id: string): Promise<ServiceAccountSecret | null>;
  /** Undestroyed credentials whose values a team, or one principal also by its teams, may read; by id. */
  openedTo(whom: { team: string } | { principal: string }): Promise<Credential[]>;
  session(id: string): Promise<Session | null>;
  idempotency(actor: string, key: string): Promise<IdempotencyRecord | null>;

  /** Active credentials in batches by id, with what decides whether somebody is told of them. */
  noticeStates(afterId: string | null, limit: number): Promise<Omit<NoticeState, 'testable'>[]>;
  /** Those that were not put yet. */
  newNotices(notices: Notice[]): Promise<Notice[]>;

  openIntents(olderThan: Date): Promise<WriteIntent[]>;
  openIntent(credentialId: string): Promise<WriteIntent | null>;
  /** In batches by id, for the reconciler. */
  allCredentials(afterId: string | null, limit: number): Promise<Credential[]>;
  auditEvents(filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>>;
}

export interface AuditFilter {
  credentialId?: string;
  actor?: string;
  action?: string;
  outcome?: string;
  from?: Date;
  to?: Date;
}

/** Writes of one transaction. Everything here commits together with its audit rows, or not at all. */
export interface ChangeTx {
  /** At least one event a change; numbered and hashed at commit. */
  audit(event: AuditEvent): void;
  /** Locks and returns the row, whatever its status. */
  lock(credentialId: string): Promise<Credential | null>;
  /** Rejects with `name_taken` when the owner has another undeleted one of that name. */
  insertCredential(credential: Credential): Promise<void>;
  /** Sets the given columns, `updated_at/by`, and adds one to `revision`. Rejects with `name_taken`. */
  updateCredential(id: string, patch: CredentialPatch, by: string, at: Date): Promise<Credential>;
  insertVersion(version: CredentialVersion): Promise<void>;
  /** Rejects with `conflict` when another intent is open for the credential. */
  openIntent(intent: WriteIntent): Promise<void>;
  closeIntent(id: string, outcome: 'completed' | 'abandoned', at: Date): Promise<void>;
  replaceGrants(credentialId: string, grants: Grant[], by: string, at: Date): Promise<void>;
  reportUsage(row: UsageRow): Promise<void>;
  insertTestRun(run: TestRun): Promise<void>;
  /** What a test found out about the active version. Leaves `revision` and `updated_at`: nobody changed anything. */
  setTested(credentialId: string, found: TestedPatch): Promise<void>;
  notice(notice: Notice): Promise<void>;
  /** Rejects with `name_taken`. */
  insertChannel(channel: SealedChannel): Promise<void>;
  insertReport(report: StoredReport): Promise<void>;
  /** With what waits for it. False when there is none. */
  deleteChannel(id: string): Promise<boolean>;

  /** Rejects with `name_taken`. */
  insertTeam(team: Omit<Team, 'members'>): Promise<void>;
  replaceMembers(team: string, members: TeamMember[], by: string, at: Date): Promise<void>;
  /** Also removes the grants that name it. */
  deleteTeam(name: string): Promise<void>;

  /** The admins who are not disabled, locked until the end of the transaction. */
  lockAdmins(): Promise<Person[]>;
  /** Rejects with `name_taken`. */
  insertPerson(person: Person): Promise<void>;
  /** Takes back one who was just added. */
  deletePerson(principal: string): Promise<void>;
  updatePerson(
    principal: string,
    patch: Partial<Pick<Person, 'role' | 'disabled' | 'mustChangePassword' | 'lastLoginAt'>>,
  ): Promise<Person | null>;
  insertServiceAccount(account: ServiceAccountSecret): Promise<void>;
  updateServiceAccount(
    id: string,
    patch: Partial<Pick<ServiceAccountSecret, 'revokedAt' | 'secretHmac' | 'expiresAt' | 'lastUsedAt'>>,
  ): Promise<void>;
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

/** Audit and usage of reads: many callers, one flush. Resolves when the row is durable; only then may a value leave. */
export interface ReadAudit {
  /**
   * Rejects with `audit_overloaded` when the queue is at its bound and `records_unavailable` when the flush failed.
   * `usage` rows commit with the events.
   */
  record(events: AuditEvent[], usage?: UsageRow[]): Promise<void>;
  /** Callers who did not authenticate: counted per address and minute in a lane of their own; never rejects. */
  countRefusal(ip: string, code: string): void;
  /** Rows that wait. */
  depth(): number;
  /** Writes what waits; for a graceful stop. */
  flush(): Promise<void>;
}

export interface CheckpointName {
  number: number;
  /** Hex SHA-256 of what was signed; it names the checkpoint before it, and so all of them. */
  sha256: string;
}

export interface AuditProof {
  ok: boolean;
  chains: number;
  rows: number;
  checkpoints: number;
  /** The newest, to compare with what was logged when it was signed: rows cut together with it can't be told from here. */
  lastCheckpoint: CheckpointName | null;
  /** Each with chain and number: what is wrong there. */
  problems: { chain: string; seq: number; problem: string }[];
}

export interface AuditVerifier {
  verify(): Promise<AuditProof>;
  /** Signs the heads of all chains into `audit_checkpoints`, and logs the checkpoint's number and hash. */
  checkpoint(): Promise<void>;
}

/** Whether Postgres serves us, for readiness. Never rejects. */
export interface RecordsStatus {
  /** Writable, migrated, partitions there. */
  health(): Promise<'ok' | 'unreachable' | 'read_only' | 'not_migrated' | 'partition_missing'>;
}

// ---------------------------------------------------------------- jobs

/** Something to be done by a worker. */
export interface Job {
  task: string;
  /** Of jobs with one key at most one waits: a later one takes the place of the earlier. */
  key?: string;
  /** Jobs of one queue run one after the other. */
  queue?: string;
  /** Ids and plain settings, never a secret. */
  payload?: Record<string, unknown>;
  /** Left out: now. */
  runAt?: Date;
  /** Left out: 25. */
  maxAttempts?: number;
}

/** A task that is due by the clock; it is enqueued under its own name. */
export interface Schedule {
  name: string;
  /** A cron expression, read in `timezone`. */
  expression: string;
  timezone: string;
}

export interface ScheduleStatus extends Schedule {
  nextDueAt: Date;
  lastDueAt: Date | null;
}

export interface TaskStatus {
  task: string;
  runs: number;
  failures: number;
  lastStartedAt: Date;
  lastDurationMs: number;
  /** `ok`, or the code of what went wrong. */
  lastCode: string;
  lastOkAt: Date | null;
}

export interface JobsStatus {
  /** Due and not begun. */
  waiting: number;
  /** Due later: those that failed and are tried again, and those put off. */
  later: number;
  running: number;
  /** Given up after the last attempt. */
  dead: number;
  /** How long the oldest that waits has been due, in seconds. */
  lagSeconds: number;
  /** Processes that were seen lately. */
  workers: { id: string; startedAt: Date; seenAt: Date }[];
  schedules: ScheduleStatus[];
  tasks: TaskStatus[];
}

export type JobHandler = (payload: unknown, signal: AbortSignal) => Promise<void>;

export interface JobRunner {
  /** Takes no more, waits for what runs, and hands back what did not end. */
  stop(): Promise<void>;
}

/**
 * Durable work. What is enqueued is done by one worker; when it fails it is tried again later and later, and when its
 * worker dies another one does it once more. So each task must bear being done twice.
 */
export interface Jobs {
  enqueue(job: Job): Promise<void>;
  /** Notes a schedule. One that is there keeps its due moment, so that a tick that nobody saw is caught up, once. */
  declare(schedule: Schedule, nextDue: Date): Promise<void>;
  /** Enqueues the task if it is due at `now`, and notes when it is due next. Of many processes one does it. */
  enqueueDue(schedule: Schedule, at: { now: Date; nextDue: Date }): Promise<boolean>;
  /** Works off the queue until it is stopped. */
  work(handlers: Readonly<Record<string, JobHandler>>): Promise<JobRunner>;
  /** Claims credentials whose test is due at `now` and enqueues `test_credential` for each; how many, at most `limit`. */
  enqueueDueTests(now: Date, limit: number): Promise<number>;
  /** Removes jobs that were given up before; how many. */
  forgetDead(before: Date): Promise<number>;
  status(): Promise<JobsStatus>;
}

// ---------------------------------------------------------------- notices

export interface SealedChannel extends Channel {
  sealedTarget: string;
}

/** How deliveries to a channel stand. */
export interface ChannelState {
  channel: Channel;
  pending: number;
  /** Given up. */
  dead: number;
  lastSentAt: Date | null;
  /** Why the last one that was not sent was not; null when nothing waits. */
  lastCode: string | null;
}

/** A message that is due for a channel. */
export interface DueMessage {
  id: string;
  /** Failed attempts before. */
  attempts: number;
  /** When the oldest of its notices was handed over. */
  since: Date;
  notices: PutNotice[];
}

/** What was put and has to be sent. Each method is one transaction. */
export interface Outbox {
  channels(): Promise<ChannelState[]>;
  channel(id: string): Promise<SealedChannel | null>;
  /** Notices that were not handed over yet, oldest first, with the labels of their credentials. */
  unsent(limit: number): Promise<{ notice: PutNotice; labels: Record<string, string> }[]>;
  /** Hands each notice over to its channels, once. */
  handOver(deliveries: { notice: string; channels: string[] }[], now: Date): Promise<void>;
  /** Channels for which something is due. */
  dueChannels(now: Date): Promise<string[]>;
  /** Bundles what is due into messages of at most `most` notices; one that was tried before stays as it was. */
  dueMessages(channel: string, at: { now: Date; most: number }): Promise<DueMessage[]>;
  sent(message: string, at: Date): Promise<void>;
  /** `next` null: given up. */
  notSent(message: string, failed: { code: string; next: Date | null }): Promise<void>;
  /** Tries again what was given up; how many. */
  revive(channel: string, now: Date): Promise<number>;
}

export interface StoredReport {
  id: string;
  /** Null: of everything. */
  team: string | null;
  from: Date;
  to: Date;
  madeAt: Date;
  /** A principal. */
  madeBy: string;
  body: Report;
}

/** What reports are made of, from the raw rows, and those that were made. */
export interface Reports {
  credentials(team: string | null, time: { from: Date; to: Date }): Promise<ReportedCredential[]>;
  /** In the order in which they happened. */
  changes(team: string | null, time: { from: Date; to: Date }): Promise<HealthChange[]>;
  /** Newest first; `teams` null: all. */
  list(teams: string[] | null, limit: number): Promise<StoredReport[]>;
  report(id: string): Promise<StoredReport | null>;
  /** The newest of that scope. */
  last(team: string | null): Promise<StoredReport | null>;
}

/** A target in the clear, as it is sealed. */
export interface ChannelTarget {
  /** Of mail. */
  to?: string[];
  /** Of the others: whoever knows it may post there. */
  url?: Secret;
  /** Of webhooks: signs what is sent. */
  signingSecret?: Secret;
  /** Of webhooks: the authority of the receiver, when it is not a public one. */
  caPem?: string;
}

export interface Notifier {
  /** True where messages of this kind can be sent: mail needs a server. */
  can(kind: ChannelKind): boolean;
  /** Resolves with null, or with a code of why it was not sent. Never rejects. */
  send(kind: ChannelKind, target: ChannelTarget, message: Message): Promise<string | null>;
}

/** How often stored credentials are tested by themselves. */
export interface TestPace {
  intervalMs(serviceType: ServiceType): number;
  /** In [0, 1), another one each time. */
  chance(): number;
}

// ---------------------------------------------------------------- the outside

/** The one way to systems that are not the broker's own: TLS choice, deadline, byte cap, address policy, turn by turn. */
export interface Outbound {
  /**
   * `deadlineMs` counts from the first connection, all requests together; `waitMs` is how long it may wait for its
   * turn at a busy host. Close it, whatever came of it.
   */
  open(deadlineMs: number, waitMs: number): OutboundSession;
}

export interface OutboundSession extends Probe {
  /** `host:port → addresses` of what was looked at, also when it was refused. */
  readonly contacted: readonly string[];
  close(): Promise<void>;
}

/** All ports together, as `wire.ts` makes them. Use cases take the few they need by `Pick<Ports, …>`. */
export interface Ports {
  clock: Clock;
  log: Log;
  store: SecretStore;
  storeStatus: StoreStatus;
  fingerprints: Fingerprints;
  tokenSigner: TokenSigner;
  checkpointSigner: CheckpointSigner;
  passwords: Passwords;
  flatSecrets: FlatSecrets;
  records: Records;
  recordsStatus: RecordsStatus;
  changes: Changes;
  readAudit: ReadAudit;
  auditVerifier: AuditVerifier;
  outbound: Outbound;
  jobs: Jobs;
  testPace: TestPace;
  sealer: Sealer;
  outbox: Outbox;
  notifier: Notifier;
  reports: Reports;
}
