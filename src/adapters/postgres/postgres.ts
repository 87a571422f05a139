import { HOUR_MS } from '../../domain/time/units.js';
import type { AuditArchive, AuditLog, AuditVerifier } from '../../ports/auditTrail.js';
import type { Changes } from '../../ports/changes.js';
import type { EventFeed } from '../../ports/eventFeed.js';
import type { Findings } from '../../ports/findings.js';
import type { BulkJobs, Jobs } from '../../ports/jobs.js';
import type { Addresses, Outbox } from '../../ports/notices.js';
import type { RecordsStatus, Retention } from '../../ports/operations.js';
import type { PasswordTurns, UsedOnce } from '../../ports/people.js';
import type { Records } from '../../ports/records.js';
import type { Reports } from '../../ports/reports.js';
import type { Clock, Log } from '../../ports/runtime.js';
import type { HostSlots } from '../../ports/testing.js';
import type { ChainKeys, CheckpointSigner } from '../../ports/vault.js';
import type { IdempotencyKeys } from '../../ports/writing.js';
import { accessReads } from './access/authorization.js';
import { disabledReads } from './access/disabledPrincipals.js';
import { offerReads } from './access/offers.js';
import { openedReads } from './access/opened.js';
import { auditArchive } from './audit/auditArchive.js';
import { auditBatcher } from './audit/auditBatcher.js';
import { auditReads } from './audit/auditReads.js';
import { postgresVerifier } from './audit/auditVerifier.js';
import { keepPartitions } from './audit/partitions.js';
import { refusalCounter } from './audit/refusals.js';
import { postgresRetention } from './audit/retention.js';
import { bulkJobs } from './bulk/bulkJobs.js';
import { postgresChanges } from './changes.js';
import { type DatabaseClock, databaseClock, type MachineClocks } from './core/databaseClock.js';
import { createPools, type Query, queryOn } from './core/pools.js';
import { candidateReads } from './credentials/candidates.js';
import { credentialReads } from './credentials/credentialReads.js';
import { idempotencyKeys } from './credentials/idempotency.js';
import { credentialLists } from './credentials/listCredentials.js';
import { rollUpUsage } from './credentials/usageRollUp.js';
import { postgresEventFeed } from './events/eventFeed.js';
import { eventReads } from './events/events.js';
import { postgresJobs } from './jobs/jobs.js';
import { addressBook } from './notices/mailboxes.js';
import { noticeLists } from './notices/noticeLists.js';
import { noticeReads } from './notices/notices.js';
import { postgresOutbox } from './notices/outbox.js';
import { loginTurns } from './people/loginTurns.js';
import { peopleReads } from './people/peopleReads.js';
import { postgresFindings } from './reconcile/findings.js';
import { postgresStatus } from './recordsStatus.js';
import { postgresReports } from './reports/reports.js';
import { healthReads } from './testing/healthHistory.js';
import { postgresHostSlots } from './testing/hostSlots.js';
import { testReads } from './testing/testRuns.js';

const REFUSALS_EVERY_MS = 5_000;
const PARTITIONS_EVERY_MS = HOUR_MS;
const ROLL_UP_EVERY_MS = 600_000;

export interface PostgresOptions {
  /** Connection of the app role. */
  url: string;
  /** Of this machine: the adapter makes the clock of all decisions from it, that of Postgres. Or the only one, in tests. */
  clock: Clock | MachineClocks;
  log: Log;
  checkpointSigner: CheckpointSigner;
  chainKeys: ChainKeys;
  audit?: {
    /** Rows that may wait for a flush; 5,000 if not given. */
    maxQueue?: number;
    /** Of those, rows of refusals; 500 if not given. */
    maxRefusals?: number;
  };
  jobs?: {
    /** After so long without a sign of life a worker counts as dead, and others do its jobs; 60,000 ms if not given. */
    leaseMs?: number;
  };
}

export interface Postgres {
  /** Postgres' time. */
  clock: Clock;
  records: Records;
  changes: Changes;
  idempotencyKeys: IdempotencyKeys;
  auditLog: AuditLog;
  auditVerifier: AuditVerifier;
  auditArchive: AuditArchive;
  recordsStatus: RecordsStatus;
  jobs: Jobs;
  bulkJobs: BulkJobs;
  hostSlots: HostSlots;
  passwordTurns: PasswordTurns;
  usedOnce: UsedOnce;
  outbox: Outbox;
  addresses: Addresses;
  eventFeed: EventFeed;
  reports: Reports;
  findings: Findings;
  retention: Retention;
  /** Writes the audit rows that wait, then ends all connections. */
  close(): Promise<void>;
}

/** All that Postgres does for the broker. Connects on first use; the schema must have been migrated. */
export function createPostgres(options: PostgresOptions): Postgres {
  const { url, log, checkpointSigner: signer, chainKeys } = options;
  const pools = createPools(url, log);
  const reads = queryOn(pools.reads);
  const shared = 'monotonicMs' in options.clock ? databaseClock(reads, options.clock, log) : undefined;
  const clock = shared ?? options.clock;
  const lists = queryOn(pools.lists);
  const slow = queryOn(pools.slow);
  const refusals = refusalCounter(slow, clock, log);
  const countRefusal = refusals.count;
  const batcher = auditBatcher({ pool: pools.audit, clock, log, chainKeys, countRefusal, ...options.audit });
  const flush = async (): Promise<void> => {
    await Promise.all([batcher.flush(), refusals.flush()]);
  };
  const stopTimers = startTimers(slow, () => refusals.flush(), log);
  return {
    clock,
    records: recordsOf(reads, lists, clock),
    changes: postgresChanges(pools.changes, { clock, log, chainKeys }),
    idempotencyKeys: idempotencyKeys(queryOn(pools.changes)),
    auditLog: { ...batcher, flush, countRefusal },
    auditVerifier: postgresVerifier({
      pool: pools.proof,
      slow,
      signer,
      chainKeys,
      clock,
      log,
      cut: pools.cutProof,
    }),
    auditArchive: auditArchive(lists),
    recordsStatus: statusOf(postgresStatus(pools.reads, clock, log), shared),
    outbox: postgresOutbox(queryOn(pools.changes)),
    addresses: addressBook(slow, clock, log),
    eventFeed: postgresEventFeed(queryOn(pools.changes)),
    reports: postgresReports(lists, slow),
    findings: postgresFindings(lists, pools.leader, clock),
    retention: postgresRetention(slow, { signer, chainKeys, clock }),
    hostSlots: postgresHostSlots(queryOn(pools.changes), log),
    ...loginTurns(queryOn(pools.changes), log),
    ...{ bulkJobs: bulkJobs(lists), jobs: postgresJobs({ pool: pools.jobs, clock, log, ...options.jobs }) },
    async close() {
      stopTimers();
      shared?.stop();
      await flush();
      await pools.close();
    },
  };
}

function statusOf(health: Pick<RecordsStatus, 'health'>, shared: DatabaseClock | undefined): RecordsStatus {
  return {
    ...health,
    clockAheadSeconds: () => shared?.aheadSeconds() ?? null,
    clockKnown: async () => shared?.known(),
  };
}

/** What each process does now and then; gives the function that ends it. */
function startTimers(slow: Query, flushRefusals: () => Promise<void>, log: Log): () => void {
  const timers = [
    setInterval(() => void flushRefusals(), REFUSALS_EVERY_MS).unref(),
    setInterval(() => void keepPartitions(slow, log), PARTITIONS_EVERY_MS).unref(),
    setInterval(() => void rollUpUsage(slow, log), ROLL_UP_EVERY_MS).unref(),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

function recordsOf(reads: Query, lists: Query, clock: Clock): Records {
  const { versions, usage, consumers } = credentialReads(lists);
  return {
    ...accessReads(reads, clock),
    ...candidateReads(reads, clock),
    ...credentialLists(lists, clock),
    ...credentialReads(reads),
    versions,
    usage,
    consumers,
    ...openedReads(lists, clock),
    ...peopleReads(reads),
    ...disabledReads(reads),
    ...testReads(lists),
    ...healthReads(lists),
    ...eventReads({ lists, reads }, clock),
    ...noticeReads(reads),
    ...noticeLists(lists, clock),
    ...offerReads(lists, clock),
    ...auditReads(lists, clock),
  };
}
