import { createIssuers } from './adapters/identity/oidc/issuers.js';
import { createTokenVerifier } from './adapters/identity/verifyToken.js';
import { createLog } from './adapters/log.js';
import { createNotifier } from './adapters/notify/notifier.js';
import {
  authority,
  type OwnPart,
  ownExpiries,
  postgresCertificates,
  servedCertificate,
} from './adapters/ownExpiries.js';
import { createPostgres, type PostgresOptions } from './adapters/postgres/postgres.js';
import type { VaultConnection } from './adapters/vault/connection/connection.js';
import { realTimers } from './adapters/vault/connection/timers.js';
import { createDestroyer } from './adapters/vault/kv/destroyer.js';
import { createLegacySecrets } from './adapters/vault/kv/legacySecrets.js';
import { createSecretStore } from './adapters/vault/kv/secretStore.js';
import { VersionCache } from './adapters/vault/kv/versionCache.js';
import { GlassdomeKeyring } from './adapters/vault/people/glassdomeKeyring.js';
import { readGlassdomeKeys } from './adapters/vault/people/glassdomeKeys.js';
import { createPasswords } from './adapters/vault/people/passwords.js';
import { createChainKeys } from './adapters/vault/transit/chainKeys.js';
import { createCheckpointSigner } from './adapters/vault/transit/checkpointSigner.js';
import { createFingerprints } from './adapters/vault/transit/fingerprints.js';
import { createSealer } from './adapters/vault/transit/sealer.js';
import { createTokenSigner } from './adapters/vault/transit/tokenSigner.js';
import { Transit } from './adapters/vault/transit/transit.js';
import { attemptLimits, type Config, required } from './config/config.js';
import { listOf } from './config/lists.js';
import type { Caller } from './domain/access/caller.js';
import type { RetentionPolicy } from './domain/audit/retention.js';
import { LoginAttempts } from './domain/limits/loginAttempts.js';
import type { NoticePolicy } from './domain/notices/dueNotices.js';
import { rulesByType } from './domain/notices/reminderRules.js';
import { testIntervals } from './domain/testing/testPace.js';
import { MINUTE_MS } from './domain/time/units.js';
import type { Schedule, TestPace } from './ports/jobs.js';
import type { Ports, WorkerPorts } from './ports/ports.js';
import type { Log } from './ports/runtime.js';
import type { Destroyer, SecretStore } from './ports/vault.js';
import { openVault, requireAuditKey, VAULT_ROLES, type Vault, vaultCa } from './vaultLogins.js';
import { guardedOutbound, smtpOf } from './wayOut.js';

/** What a process has that only does what is due by the clock. */
export interface WorkerSystem {
  ports: WorkerPorts;
  /** Of the role that alone may list; logs in when it is first asked for. */
  reconcilerStore(): Promise<SecretStore>;
  /** Of the role that alone may remove credentials; logs in when it is first asked for. */
  destroyer(): Promise<Destroyer>;
  /** Whether `all` has that login. */
  destroys: boolean;
  noticePolicy: NoticePolicy;
  retention: RetentionPolicy;
  drift: Config['DRIFT'];
  reportSchedule: Schedule;
  close(): Promise<void>;
}

/** What a process has that serves the API, with or without a worker in it. */
export interface System extends WorkerSystem {
  ports: Ports;
  verifyToken: (token: string) => Promise<Caller>;
}

/** The API's own logins to Vault: `api`, and `users` for passwords. Builds every adapter and joins them. No decisions. */
export async function wire(config: Config, log = createLog(config.LOG_LEVEL)): Promise<System> {
  const vault = openVault(config, log);
  const [api, users] = await Promise.all([vault.logIn('api'), vault.logIn('users')]);
  const system = await wireBase(config, { log, vault, connection: api, cache: versionCache(config) });
  const tokenSigner = createTokenSigner(new Transit(api.access, config.TRANSIT_MOUNT), realTimers);
  const keyring = await startKeyring(config, api, system.ports);
  const { clock } = system.ports;
  return {
    ...system,
    ports: {
      ...system.ports,
      tokenSigner,
      passwords: createPasswords({ access: users.access, mount: config.USERPASS_MOUNT, log }),
      loginAttempts: new LoginAttempts(attemptLimits(config), () => clock.now().getTime()),
      issuers: createIssuers(config.oidcIssuers, clock),
      loginPolicy: { sessionMs: config.SESSION_MINUTES * MINUTE_MS },
      legacySecrets: createLegacySecrets(api.access),
    },
    verifyToken: createTokenVerifier(
      tokenSigner,
      () => keyring.keys(),
      clock,
      new Set(config.oidcIssuers.map(({ alias }) => alias)),
    ),
    close: async () => {
      keyring.stop();
      await system.close();
    },
  };
}

/** A process that is a worker alone: its logins can write no value, sign no token and set no password. */
export async function wireWorker(config: Config, log = createLog(config.LOG_LEVEL)): Promise<WorkerSystem> {
  const vault = openVault(config, log);
  const [connection] = await Promise.all([vault.logIn('worker'), vault.logIn('reconciler')]);
  return wireBase(config, { log, vault, connection });
}

/** The process that destroys what is due, and nothing else: its one login can read and write nothing in Vault, and key its audit rows. */
export async function wireDestroyer(
  config: Config,
  log = createLog(config.LOG_LEVEL),
): Promise<WorkerSystem> {
  const vault = openVault(config, log);
  return wireBase(config, { log, vault, connection: await vault.logIn('destroyer') });
}

interface Base {
  log: Log;
  vault: Vault;
  /** The login that all ports work with. */
  connection: VaultConnection;
  cache?: VersionCache | undefined;
}

async function wireBase(config: Config, { log, vault, connection, cache }: Base): Promise<WorkerSystem> {
  const transit = new Transit(connection.access, config.TRANSIT_MOUNT);
  const checkpointSigner = createCheckpointSigner(transit);
  const chainKeys = createChainKeys(transit, log);
  await requireAuditKey(chainKeys);
  const machine = { now: () => new Date(), monotonicMs: () => performance.now() };
  const postgres = createPostgres({ ...recordsOf(config), clock: machine, log, checkpointSigner, chainKeys });
  const { clock } = postgres;
  await postgres.recordsStatus.clockKnown();
  const outbound = guardedOutbound(config, clock, postgres.hostSlots);
  const { KV_MOUNT: mount } = config;
  return {
    ports: {
      log,
      store: createSecretStore({ access: connection.access, mount, log, cache }),
      storeStatus: connection.status,
      vaultLogins: vault.logins,
      fingerprints: createFingerprints(transit),
      checkpointSigner,
      outbound,
      notifier: createNotifier({
        outbound,
        clock,
        allowPlain: config.ALLOW_PLAIN_WEBHOOKS,
        ...smtpOf(config),
      }),
      sealer: createSealer(transit),
      testPace: testPace(config),
      ownExpiries: ownExpiries(ownParts(config, vault)),
      ...postgres,
    },
    reconcilerStore: async () => {
      const { access } = await vault.logIn('reconciler');
      return createSecretStore({ access, mount, log });
    },
    destroyer: async () => {
      const { access } = await vault.logIn('destroyer');
      return createDestroyer({ access, mount });
    },
    destroys: config.VAULT_AUTH_METHOD === 'token' || config.VAULT_DESTROYER_ROLE_ID !== undefined,
    noticePolicy: noticePolicy(config),
    retention: retention(config),
    drift: config.DRIFT,
    reportSchedule: reportSchedule(config),
    close: async () => {
      // Side by side: our tokens end in Vault also when Postgres takes no more rows.
      await Promise.all([postgres.close(), vault.close()]);
    },
  };
}

function recordsOf(config: Config): Pick<PostgresOptions, 'url' | 'jobs'> {
  const url = required(config, 'DATABASE_URL');
  return { url, jobs: { leaseMs: config.WORKER_LEASE_SECONDS * 1000 } };
}

function testPace({ TEST_INTERVAL_MINUTES: usual, TEST_INTERVALS: own, IMPORT_TESTS }: Config): TestPace {
  const minutes = testIntervals(own);
  return {
    intervalMs: (type) => (minutes?.get(type) ?? usual) * MINUTE_MS,
    chance: Math.random,
    imported: IMPORT_TESTS === 'on',
  };
}

function versionCache({ VALUE_CACHE_SECONDS: seconds }: Config): VersionCache | undefined {
  return seconds === 0 ? undefined : new VersionCache(seconds * 1000, realTimers);
}

function reportSchedule({ REPORT_SCHEDULE, REPORT_TIMEZONE }: Config): Schedule {
  return { name: 'report', expression: REPORT_SCHEDULE, timezone: REPORT_TIMEZONE };
}

function noticePolicy(config: Config): NoticePolicy {
  const { REMIND_DAYS, UNUSED_DAYS } = config;
  const byType = rulesByType(config.REMIND_DAYS_BY_TYPE, config.UNUSED_DAYS_BY_TYPE);
  return {
    expiryDays: listOf(REMIND_DAYS).map(Number),
    unusedDays: UNUSED_DAYS,
    ...(byType !== undefined && { byType }),
  };
}

/** Certificates and tokens of the broker that may expire and stop it. */
function ownParts(config: Config, vault: Vault): OwnPart[] {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  const { caPem } = vaultCa(config);
  return [
    ...(cert === undefined || key === undefined ? [] : [servedCertificate({ cert, key })]),
    ...(caPem === undefined ? [] : [authority('CA for Vault', caPem)]),
    ...postgresCertificates(required(config, 'DATABASE_URL')),
    ...VAULT_ROLES.map((role) => ({
      part: `login to Vault as broker-${role}`,
      end: () => vault.secretIdEnd(role),
    })),
  ];
}

function retention(config: Config): RetentionPolicy {
  return {
    usageMonths: config.RETENTION_USAGE_MONTHS,
    testsMonths: config.RETENTION_TESTS_MONTHS,
    auditMonths: config.RETENTION_AUDIT_MONTHS,
  };
}

async function startKeyring(
  config: Config,
  { access }: VaultConnection,
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
): Promise<GlassdomeKeyring> {
  const path = config.GLASSDOME_JWT_KEY_VAULT_PATH;
  const keyring = new GlassdomeKeyring({
    fixed: config.glassdomeKeys,
    ...(path && { read: () => readGlassdomeKeys({ access, path, now: clock.now }) }),
    timers: realTimers,
    log,
  });
  await keyring.start();
  return keyring;
}
