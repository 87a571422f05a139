/**
 * What the use cases need from outside. Adapters implement these; `wire.ts` joins them. Nothing here names a library.
 */
import type { LoginAttempts } from './domain/limits/loginAttempts.js';
import type { AuditArchive, AuditVerifier, ReadAudit } from './ports/auditTrail.js';
import type { Changes } from './ports/changes.js';
import type { EventFeed } from './ports/eventFeed.js';
import type { Findings } from './ports/findings.js';
import type { Jobs, TestPace } from './ports/jobs.js';
import type { Addresses, Notifier, Outbox, OwnEnds } from './ports/notices.js';
import type { Outbound } from './ports/outbound.js';
import type { PasswordTurns } from './ports/people.js';
import type { Records } from './ports/records.js';
import type { RecordsStatus } from './ports/recordsStatus.js';
import type { Reports } from './ports/reports.js';
import type { Retention } from './ports/retention.js';
import type { Clock, Log } from './ports/runtime.js';
import type {
  CheckpointSigner,
  Fingerprints,
  FlatSecrets,
  Passwords,
  Sealer,
  SecretStore,
  StoreStatus,
  TokenSigner,
  VaultLogins,
} from './ports/vault.js';

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
  loginAttempts: LoginAttempts;
  flatSecrets: FlatSecrets;
  records: Records;
  recordsStatus: RecordsStatus;
  changes: Changes;
  readAudit: ReadAudit;
  auditVerifier: AuditVerifier;
  auditArchive: AuditArchive;
  outbound: Outbound;
  jobs: Jobs;
  testPace: TestPace;
  sealer: Sealer;
  outbox: Outbox;
  eventFeed: EventFeed;
  notifier: Notifier;
  addresses: Addresses;
  ownEnds: OwnEnds;
  reports: Reports;
  findings: Findings;
  retention: Retention;
}

/** Those of a process that is a worker alone: nothing with which tokens are signed or passwords set. */
export type WorkerPorts = Omit<Ports, 'tokenSigner' | 'passwords' | 'loginAttempts' | 'flatSecrets'>;
