import { createTokenVerifier } from './adapters/identity/verifyToken.js';
import { createLog } from './adapters/log.js';
import type { SmtpOptions } from './adapters/notify/mail.js';
import { createNotifier } from './adapters/notify/notifier.js';
import { createOutbound } from './adapters/outbound/outbound.js';
import { ownEndpoints } from './adapters/outbound/ownEndpoints.js';
import { createPostgres, type PostgresOptions } from './adapters/postgres/postgres.js';
import { createCheckpointSigner } from './adapters/vault/checkpointSigner.js';
import { connectVault, openTransport, type VaultConnection } from './adapters/vault/connection.js';
import { createFingerprints } from './adapters/vault/fingerprints.js';
import { createFlatSecrets } from './adapters/vault/flatLayout.js';
import { GlassdomeKeyring } from './adapters/vault/glassdomeKeyring.js';
import { readGlassdomeKeys } from './adapters/vault/glassdomeKeys.js';
import type { LoginMethod } from './adapters/vault/login.js';
import { createPasswords } from './adapters/vault/passwords.js';
import { createSealer } from './adapters/vault/sealer.js';
import { createSecretStore } from './adapters/vault/secretStore.js';
import { realTimers } from './adapters/vault/timers.js';
import { createTokenSigner } from './adapters/vault/tokenSigner.js';
import { Transit } from './adapters/vault/transit.js';
import { type Config, ConfigRefused, listOf, readNamed, required } from './config.js';
import type { Caller } from './domain/caller.js';
import type { NoticePolicy } from './domain/dueNotices.js';
import { Secret } from './domain/secret.js';
import { testIntervals } from './domain/testPace.js';
import type { Schedule, TestPace } from './ports/jobs.js';
import type { HostSlots, Outbound } from './ports/outbound.js';
import type { Clock } from './ports/runtime.js';
import type { SecretStore } from './ports/vault.js';
import type { Ports } from './ports.js';

export interface System {
  ports: Ports;
  verifyToken: (token: string) => Promise<Caller>;
  /** Of the role that alone may list and destroy; logs in when it is first asked for. */
  reconcilerStore(): Promise<SecretStore>;
  noticePolicy: NoticePolicy;
  reportSchedule: Schedule;
  close(): Promise<void>;
}

/** Builds every adapter from the configuration and joins them. No decisions here. */
export async function wire(config: Config): Promise<System> {
  const log = createLog(config.LOG_LEVEL);
  const clock = { now: () => new Date() };
  const transport = openTransport(listOf(required(config, 'VAULT_ADDR')), vaultCa(config));
  const connect = (role: 'api' | 'users' | 'reconciler'): VaultConnection =>
    connectVault({ transport, login: loginOf(config, role), role, log });
  const api = connect('api');
  const users = connect('users');
  let reconciler: VaultConnection | undefined;
  await Promise.all([api.start(), users.start()]);
  const transit = new Transit(api.access, config.TRANSIT_MOUNT);
  const checkpointSigner = createCheckpointSigner(transit);
  const tokenSigner = createTokenSigner(transit, realTimers);
  const postgres = createPostgres({ ...recordsOf(config), clock, log, checkpointSigner });
  const keyring = await startKeyring(config, api, { clock, log });
  const outbound = await guardedOutbound(config, clock, postgres.hostSlots);
  const ports: Ports = {
    clock,
    log,
    store: createSecretStore({ access: api.access, mount: config.KV_MOUNT, log }),
    storeStatus: api.status,
    fingerprints: createFingerprints(transit),
    tokenSigner,
    checkpointSigner,
    passwords: createPasswords({ access: users.access, mount: config.USERPASS_MOUNT, log }),
    flatSecrets: createFlatSecrets(api.access),
    outbound,
    notifier: createNotifier({ outbound, clock, ...smtpOf(config) }),
    sealer: createSealer(transit),
    testPace: testPace(config),
    ...postgres,
  };
  return {
    ports,
    verifyToken: createTokenVerifier(tokenSigner, () => keyring.keys(), clock),
    reconcilerStore: async () => {
      if (reconciler === undefined) {
        reconciler = connect('reconciler');
        await reconciler.start();
      }
      return createSecretStore({ access: reconciler.access, mount: config.KV_MOUNT, log });
    },
    noticePolicy: noticePolicy(config),
    reportSchedule: reportSchedule(config),
    close: async () => {
      keyring.stop();
      await postgres.close();
      await Promise.all([api.close(), users.close(), reconciler?.close()]);
      await transport.close();
    },
  };
}

function recordsOf(config: Config): Pick<PostgresOptions, 'url' | 'jobs'> {
  const url = required(config, 'DATABASE_URL');
  return { url, jobs: { leaseMs: config.WORKER_LEASE_SECONDS * 1000 } };
}

function testPace({ TEST_INTERVAL_MINUTES: usual, TEST_INTERVALS: own }: Config): TestPace {
  const minutes = testIntervals(own);
  return { intervalMs: (type) => (minutes?.get(type) ?? usual) * 60_000, chance: Math.random };
}

function reportSchedule({ REPORT_SCHEDULE, REPORT_TIMEZONE }: Config): Schedule {
  return { name: 'report', expression: REPORT_SCHEDULE, timezone: REPORT_TIMEZONE };
}

function noticePolicy({ REMIND_DAYS, UNUSED_DAYS }: Config): NoticePolicy {
  return { expiryDays: listOf(REMIND_DAYS).map(Number), unusedDays: UNUSED_DAYS };
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

/** Never to the broker itself, Vault and Postgres. */
async function guardedOutbound(config: Config, clock: Clock, hostSlots: HostSlots): Promise<Outbound> {
  const host = config.BROKER_HOST.includes(':') ? `[${config.BROKER_HOST}]` : config.BROKER_HOST;
  const own = [
    `http://${host}:${config.BROKER_PORT}`,
    ...listOf(config.VAULT_ADDR),
    required(config, 'DATABASE_URL'),
  ];
  const allowCidrs = listOf(config.OUTBOUND_ALLOW_CIDRS);
  return createOutbound({ clock, hostSlots, allowCidrs, forbidden: await ownEndpoints(own) });
}

function vaultCa({ VAULT_CA_FILE: file }: Config): { caPem?: string } {
  return file === undefined ? {} : { caPem: readNamed('VAULT_CA_FILE', file) };
}

function smtpOf(config: Config): { smtp?: SmtpOptions } {
  const { SMTP_HOST: host, SMTP_FROM: from, SMTP_USER: user, SMTP_CA_FILE: ca } = config;
  if (host === undefined || from === undefined) return {};
  const file = config.SMTP_PASSWORD_FILE;
  const password = file === undefined ? undefined : readNamed('SMTP_PASSWORD_FILE', file).trim();
  return {
    smtp: {
      host,
      port: config.SMTP_PORT,
      tls: config.SMTP_TLS,
      from,
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password: new Secret(password) }),
      ...(ca !== undefined && { caPem: readNamed('SMTP_CA_FILE', ca) }),
    },
  };
}

const ROLE_VARIABLES = {
  api: ['VAULT_ROLE_ID', 'VAULT_SECRET_ID_FILE'],
  users: ['VAULT_USERS_ROLE_ID', 'VAULT_USERS_SECRET_ID_FILE'],
  reconciler: ['VAULT_RECONCILER_ROLE_ID', 'VAULT_RECONCILER_SECRET_ID_FILE'],
} as const;

function loginOf(config: Config, role: keyof typeof ROLE_VARIABLES): LoginMethod {
  switch (config.VAULT_AUTH_METHOD) {
    case 'approle': {
      const [roleId, file] = ROLE_VARIABLES[role];
      return {
        kind: 'approle',
        mount: config.APPROLE_MOUNT,
        roleId: required(config, roleId),
        secretId: { file: required(config, file) },
      };
    }
    case 'pod': {
      const name = config.VAULT_POD_ROLE.replace(/api$/, role);
      return { kind: 'pod', mount: config.VAULT_POD_MOUNT, role: name, jwtFile: config.VAULT_POD_TOKEN_FILE };
    }
    case 'token':
      return { kind: 'token', token: tokenFrom(required(config, 'VAULT_TOKEN_FILE')) };
  }
}

/** The token in a file, e.g. the short-lived one of `bootstrap`. */
export function tokenFrom(file: string): Secret {
  const text = readNamed('VAULT_TOKEN_FILE', file).trim();
  if (text === '') throw new ConfigRefused('VAULT_TOKEN_FILE: the file is empty');
  return new Secret(text);
}
