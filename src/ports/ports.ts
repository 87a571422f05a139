/**
 * What the use cases need from outside. Adapters implement these; `wire.ts` joins them. Nothing here names a library.
 */
import type { LoginAttempts } from '../domain/limits/loginAttempts.js';
import type { AuditArchive, AuditLog, AuditVerifier } from './auditTrail.js';
import type { Changes } from './changes.js';
import type { EventFeed } from './eventFeed.js';
import type { Findings } from './findings.js';
import type { BulkJobs, Jobs, TestPace } from './jobs.js';
import type { Addresses, Notifier, Outbox, OwnExpiries } from './notices.js';
import type { RecordsStatus, Retention } from './operations.js';
import type { Issuers, LoginPolicy, PasswordTurns, UsedOnce } from './people.js';
import type { Records } from './records.js';
import type { Reports } from './reports.js';
import type { Clock, Log } from './runtime.js';
import type { Outbound } from './testing.js';
import type {
  CheckpointSigner,
  Fingerprints,
  LegacySecrets,
  Passwords,
  Sealer,
  SecretStore,
  StoreStatus,
  TokenSigner,
  VaultLogins,
} from './vault.js';
import type { IdempotencyKeys } from './writing.js';

/** All ports together, as `wire.ts` makes them. Use cases take the few they need by `Pick<Ports, …>`. */
export interface Ports {
  clock: Clock;
  log: Log;
  store: SecretStore;
  storeStatus: StoreStatus;
  vaultLogins: VaultLogins;
  fingerprints: Fingerprints;
  tokenSigner: TokenSigner;
  checkpointSigner: CheckpointSigner;
  passwords: Passwords;
  passwordTurns: PasswordTurns;
  usedOnce: UsedOnce;
  loginAttempts: LoginAttempts;
  loginPolicy: LoginPolicy;
  issuers: Issuers;
  legacySecrets: LegacySecrets;
  records: Records;
  recordsStatus: RecordsStatus;
  changes: Changes;
  idempotencyKeys: IdempotencyKeys;
  auditLog: AuditLog;
  auditVerifier: AuditVerifier;
  auditArchive: AuditArchive;
  outbound: Outbound;
  jobs: Jobs;
  bulkJobs: BulkJobs;
  testPace: TestPace;
  sealer: Sealer;
  outbox: Outbox;
  eventFeed: EventFeed;
  notifier: Notifier;
  addresses: Addresses;
  ownExpiries: OwnExpiries;
  reports: Reports;
  findings: Findings;
  retention: Retention;
}

/** Those of a process that is a worker alone: nothing with which tokens are signed or passwords set. */
export type WorkerPorts = Omit<
  Ports,
  'tokenSigner' | 'passwords' | 'loginAttempts' | 'loginPolicy' | 'issuers' | 'legacySecrets'
>;
