#!/usr/bin/env node
import { Command } from 'commander';
import { migrate } from './adapters/postgres/migrations.js';
import { bootstrapVault, planBootstrap } from './adapters/vault/bootstrap.js';
import { type BootstrapOptions, BootstrapRefused } from './adapters/vault/bootstrapSteps.js';
import { VaultUnreachable } from './adapters/vault/client.js';
import { openTransport } from './adapters/vault/connection.js';
import { GlassdomeKeyRefused } from './adapters/vault/glassdomeKeys.js';
import { createVaultClient } from './adapters/vault/nodeVault.js';
import { listOf } from './config/words.js';
import {
  type Config,
  ConfigRefused,
  loadConfig,
  packageFile,
  packageVersion,
  readNamed,
  required,
} from './config.js';
import { BrokerError } from './domain/errors.js';
import { Secret } from './domain/secret.js';
import { within } from './domain/within.js';
import { createApp } from './http/app.js';
import type { Lifecycle } from './http/readiness.js';
import { drain, listen } from './http/server.js';
import { createWorkerApp } from './http/workerApp.js';
import { guardOutput } from './outputGuard.js';
import type { Log } from './ports/runtime.js';
import { reconcile } from './usecases/reconcile.js';
import { setReportOnly } from './usecases/restoreMarker.js';
import { createFirstAdmin } from './usecases/users.js';
import { tokenFrom, vaultCa } from './vaultLogins.js';
import { type System, type WorkerSystem, wire, wireWorker } from './wire.js';
import { startOwnEndTicks } from './worker/ownEndTicks.js';
import type { Ticks } from './worker/ticks.js';
import { startWorker } from './worker/worker.js';

const STOP_WITHIN_MS = 25_000;
/** Leaves time to write the audit rows that wait and to end the token in Vault. */
const END_WORK_WITHIN_MS = 20_000;
/** Of commands that listen nowhere. */
const QUIET = { listens: false };
const guard = guardOutput('glassdome-broker');
const out = (line: string) => void process.stdout.write(`${line}\n`);

/** Serves until a signal; a second signal, or 25 s, ends the process at once. */
async function serve(roles: { api: boolean; worker: boolean }): Promise<void> {
  const config = loadConfig(undefined, { listens: roles.api || 'worker' });
  const full = roles.api ? await wire(config) : undefined;
  const system = full ?? (await wireWorker(config));
  const { log } = system.ports;
  guard.onOutput((event, fields) => log.warn(event, fields));
  const life = { stopping: false, startedOnce: false };
  // Before the port is open: who is seen to be ready heeds signals, and their handlers come last.
  const worker = roles.worker ? await startWorker(system) : startOwnEndTicks(system.ports);
  const port = roles.api ? config.BROKER_PORT : config.WORKER_PORT;
  const app = full === undefined ? createWorkerApp(system.ports, life) : apiOf(full, config, life);
  const server = port === undefined ? undefined : await listen(app, config, { log, port });
  log.info('started', { api: roles.api, worker: roles.worker, port });
  const stop = async (code: number, delayMs: number) => {
    if (life.stopping) process.exit(1);
    life.stopping = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    log.info('stopping');
    system.ports.auditVerifier.stop();
    await Promise.all([
      endOfWork(worker, log),
      server && drain(server, { delayMs, cutAfterMs: END_WORK_WITHIN_MS }),
    ]);
    await system.close();
    process.exit(code);
  };
  // No balancer stands in front of a worker.
  const delayMs = full === undefined ? 0 : config.STOP_DELAY_SECONDS * 1_000;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stop(0, delayMs).catch(fail));
  // Left to itself, Node opens its debugger at this signal: all memory to whoever may connect to this machine.
  process.on('SIGUSR1', () => log.warn('debugger_refused'));
  guard.onCrash((event, error) => {
    log.error(event, { error });
    void stop(1, 0).finally(() => process.exit(1));
  });
}

function apiOf(system: System, config: Config, life: Lifecycle): ReturnType<typeof createApp> {
  return createApp({
    ...system,
    life,
    version: packageVersion(),
    trustedProxyHops: config.TRUSTED_PROXY_HOPS,
    revealsPerMinute: config.REVEALS_PER_MINUTE,
    testsPerMinute: config.TESTS_PER_MINUTE,
    testOnSave: config.TEST_ON_SAVE,
    corsOrigins: listOf(config.CORS_ORIGINS),
  });
}

/** Jobs that run on are left: another worker does them again when the lease of this one has run out. */
async function endOfWork(worker: Ticks, log: Log): Promise<void> {
  const stopped = worker.stop().catch(() => log.warn('worker_stop_failed'));
  await within(END_WORK_WITHIN_MS, stopped, () => undefined);
}

async function bootstrap({ dryRun, auditFile }: { dryRun: boolean; auditFile?: string }): Promise<void> {
  const config = loadConfig(undefined, QUIET);
  const transport = openTransport(listOf(required(config, 'VAULT_ADDR')), vaultCa(config));
  try {
    const token = tokenFrom(required(config, 'VAULT_TOKEN_FILE'));
    const client = createVaultClient(transport, () => token.reveal());
    const options = bootstrapOptions(config, auditFile);
    const plan = await planBootstrap(client, options);
    out(
      plan.length === 0
        ? 'Nothing to do: this Vault is ready for the broker.'
        : `To do:\n${plan.map((line) => `  ${line}`).join('\n')}`,
    );
    if (dryRun) return;
    const { roles } = await bootstrapVault(client, { ...options, onStep: (line) => out(`• ${line}`) });
    out(
      `Role ids (not secret). Make a secret id for each with: vault write -f auth/${config.APPROLE_MOUNT}/role/broker-<role>/secret-id`,
    );
    for (const [role, { roleId }] of Object.entries(roles)) out(`  broker-${role}  ${roleId}`);
  } finally {
    await transport.close();
  }
}

function bootstrapOptions(config: Config, auditFile: string | undefined): BootstrapOptions {
  const glassdomeJwtPath = config.GLASSDOME_JWT_KEY_VAULT_PATH;
  return {
    kvMount: config.KV_MOUNT,
    transitMount: config.TRANSIT_MOUNT,
    userpassMount: config.USERPASS_MOUNT,
    approleMount: config.APPROLE_MOUNT,
    policiesDir: packageFile('vault-policies'),
    ...(glassdomeJwtPath !== undefined && { glassdomeJwtPath }),
    ...(auditFile !== undefined && { auditFile }),
  };
}

async function inSystem<S extends WorkerSystem>(
  build: (config: Config) => Promise<S>,
  work: (system: S) => Promise<void>,
): Promise<void> {
  const system = await build(loadConfig(undefined, QUIET));
  try {
    await work(system);
  } finally {
    await system.close();
  }
}

interface ReconcileWords {
  dryRun: boolean;
  reportOnly?: string | true;
  resume: boolean;
  graceMinutes: string;
}

async function reconcileByHand(system: WorkerSystem, words: ReconcileWords): Promise<void> {
  const ports = { ...system.ports, store: await system.reconcilerStore() };
  const days = words.reportOnly === true ? 7 : Number(words.reportOnly);
  if (words.reportOnly !== undefined && !(days > 0 && days <= 365))
    throw new ConfigRefused('--report-only: must be 1 to 365 days');
  if (words.dryRun && (words.resume || words.reportOnly !== undefined))
    throw new ConfigRefused('--dry-run: changes nothing, so it goes with neither --report-only nor --resume');
  if (words.resume) await setReportOnly(ports, 0);
  else if (words.reportOnly !== undefined) await setReportOnly(ports, days);
  const graceMs = Number(words.graceMinutes) * 60_000;
  const report = await reconcile(ports, { graceMs, dryRun: words.dryRun, drift: system.drift });
  out(JSON.stringify(report, null, 2));
}

/** The one place that turns an error into a line and an exit code: 2 configuration, 1 all else. */
function fail(error: unknown): never {
  const known =
    error instanceof ConfigRefused ||
    error instanceof BrokerError ||
    error instanceof BootstrapRefused ||
    error instanceof GlassdomeKeyRefused ||
    error instanceof VaultUnreachable;
  const system =
    error instanceof Error && 'code' in error
      ? `${String(error.code)} ${'port' in error ? `port ${String(error.port)} (BROKER_PORT, of a worker WORKER_PORT)` : ''}`
      : 'internal error';
  process.stderr.write(`glassdome-broker: ${known ? (error as Error).message : system}\n`);
  process.exit(error instanceof ConfigRefused || error instanceof GlassdomeKeyRefused ? 2 : 1);
}

const program = new Command('glassdome-broker')
  .description('Credential broker for Glassdome, in front of HashiCorp Vault')
  .version(packageVersion());
program
  .command('api')
  .description('serve the API')
  .action(() => serve({ api: true, worker: false }));
program
  .command('worker')
  .description('do what is due by the clock')
  .action(() => serve({ api: false, worker: true }));
program
  .command('all')
  .description('both in one process')
  .action(() => serve({ api: true, worker: true }));
program
  .command('migrate')
  .description('bring the database schema up to date (DATABASE_OWNER_URL)')
  .action(async () => {
    const config = loadConfig(undefined, QUIET);
    const ran = await migrate({
      ownerUrl: required(config, 'DATABASE_OWNER_URL'),
      appRole: config.DATABASE_APP_ROLE,
    });
    out(ran.length === 0 ? 'The schema is up to date.' : `Ran: ${ran.join(', ')}`);
  });
program
  .command('bootstrap')
  .description('prepare a Vault that somebody else runs (VAULT_ADDR, VAULT_TOKEN_FILE)')
  .option('--dry-run', 'only tell what would be done', false)
  .option('--audit-file <path>', "switch Vault's file audit device on, at this path of Vault's machine")
  .action(bootstrap);
program
  .command('create-admin')
  .description('make the first admin')
  .requiredOption('--username <name>', 'user name')
  .requiredOption('--password-file <file>', 'file (0600) that holds a one-time password')
  .action((options: { username: string; passwordFile: string }) =>
    inSystem(wire, async ({ ports }) => {
      const password = new Secret(readNamed('--password-file', options.passwordFile).trim());
      out(
        `Made ${(await createFirstAdmin(ports, { username: options.username, password })).principal}; the password must be changed at the first login.`,
      );
    }),
  );
program
  .command('reconcile')
  .description('compare Vault with Postgres, mend what a crash left, and record what others did in Vault')
  .option('--dry-run', 'only tell', false)
  .option('--report-only [days]', 'first: for so many days record differences, mend and destroy nothing (7)')
  .option('--resume', 'first: end such a time, also one after a restore', false)
  .option('--grace-minutes <n>', 'leave younger intents alone', '15')
  .action((options: ReconcileWords) => inSystem(wireWorker, (system) => reconcileByHand(system, options)));
await program.parseAsync().catch(fail);
