#!/usr/bin/env node
import { Command } from 'commander';
import { BootstrapRefused } from './adapters/vault/bootstrap/bootstrapSteps.js';
import { VaultUnreachable } from './adapters/vault/connection/client.js';
import { GlassdomeKeyRefused } from './adapters/vault/people/glassdomeKeys.js';
import { type Config, ConfigRefused, loadConfig } from './config/config.js';
import { listOf } from './config/lists.js';
import { packageVersion } from './config/packageFiles.js';
import { withTimeout } from './domain/async.js';
import { BrokerError } from './domain/errors.js';
import { createApp } from './http/app.js';
import type { Lifecycle } from './http/server/readiness.js';
import { drain, listen } from './http/server/server.js';
import { createWorkerApp } from './http/server/workerApp.js';
import { addOneShotCommands, destroyOnce } from './oneShot.js';
import { guardOutput } from './outputGuard.js';
import type { Log } from './ports/runtime.js';
import { requireStores, type VaultRole } from './vaultLogins.js';
import { type System, type WorkerSystem, wire, wireDestroyer, wireWorker } from './wire.js';
import type { Ticks } from './worker/ticks.js';
import { startOwnExpiryTicks, startTaskTicks } from './worker/ticks.js';
import { startDestroyer, startWorker } from './worker/worker.js';

const STOP_WITHIN_MS = 25_000;
/** Leaves time to write the audit rows that wait and to end the token in Vault. */
const END_WORK_WITHIN_MS = 20_000;
const guard = guardOutput('glassdome-broker');
// A pipe whose reader is gone, or a full disk, must not end the process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Serves until a signal; a second signal, or 25 s, ends the process at once. */
async function serve(roles: { api: boolean; worker: boolean; destroyer?: boolean }): Promise<void> {
  const config = loadConfig(undefined, { listens: roles.api || 'worker' });
  requireStores(config, loginsOf(roles));
  const full = roles.api ? await wire(config) : undefined;
  const system = full ?? (await (roles.destroyer ? wireDestroyer(config) : wireWorker(config)));
  const { log } = system.ports;
  guard.onOutput((event, fields) => log.warn(event, fields));
  const life = { stopping: false, startedOnce: false };
  // Before the port is open: a process that reports ready must already handle signals. Their handlers come last.
  const worker = await startWork(system, roles);
  const watch = full === undefined ? undefined : startTaskTicks(full.ports);
  const port = roles.api ? config.BROKER_PORT : config.WORKER_PORT;
  const app = full === undefined ? createWorkerApp(system.ports, life) : apiOf(full, config, life);
  const server = port === undefined ? undefined : await listen(app, config, { log, port });
  // Logs the cause where Postgres can't be reached; the process serves on, and takes it up when it can.
  void system.ports.recordsStatus.health();
  log.info('started', { api: roles.api, worker: roles.worker, port });
  const stop = async (code: number, delayMs: number) => {
    if (life.stopping) process.exit(1);
    life.stopping = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    log.info('stopping');
    system.ports.auditVerifier.stop();
    await Promise.all([
      endOfWork(worker, log),
      watch?.stop(),
      server && drain(server, { delayMs, cutAfterMs: END_WORK_WITHIN_MS }),
    ]);
    await system.close();
    process.exit(code);
  };
  // No load balancer is in front of a worker.
  const delayMs = full === undefined ? 0 : config.STOP_DELAY_SECONDS * 1_000;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stop(0, delayMs).catch(fail));
  // By default Node opens its debugger at this signal, which exposes all memory to anyone who can connect to this
  // machine.
  process.on('SIGUSR1', () => log.warn('debugger_refused'));
  guard.onCrash((event, error) => {
    log.error(event, { error });
    void stop(1, 0).finally(() => process.exit(1));
  });
}

/** Only `destroyer`, and `all` where it has that login, remove anything in Vault; a worker says that it does not. */
async function startWork(system: WorkerSystem, roles: Parameters<typeof serve>[0]): Promise<Ticks> {
  if (roles.destroyer) return startDestroyer(system);
  if (!roles.worker) return startOwnExpiryTicks(system.ports);
  const destroys = roles.api && system.destroys;
  if (!destroys) system.ports.log.info('destroying_off', { needs: 'a process `glassdome-broker destroyer`' });
  return startWorker(system, destroys);
}

/** The roles with which this kind of process logs in to Vault. */
function loginsOf({ api, worker, destroyer }: Parameters<typeof serve>[0]): VaultRole[] {
  if (destroyer) return ['destroyer'];
  if (!api) return ['worker', 'reconciler'];
  return worker ? ['api', 'users', 'reconciler'] : ['api', 'users'];
}

function apiOf(system: System, config: Config, life: Lifecycle): ReturnType<typeof createApp> {
  return createApp({
    ...system,
    life,
    version: packageVersion(),
    trustedProxyHops: config.TRUSTED_PROXY_HOPS,
    revealsPerMinute: config.REVEALS_PER_MINUTE,
    testsPerMinute: config.TESTS_PER_MINUTE,
    testedAddressesPerHour: config.TESTED_ADDRESSES_PER_HOUR,
    testOnSave: config.TEST_ON_SAVE,
    corsOrigins: listOf(config.CORS_ORIGINS),
    publicOrigin: config.PUBLIC_URL,
  });
}

/** Jobs that run on are left: another worker does them again when the lease of this one has run out. */
async function endOfWork(worker: Ticks, log: Log): Promise<void> {
  const stopped = worker.stop().catch(() => log.warn('worker_stop_failed'));
  await withTimeout(END_WORK_WITHIN_MS, stopped, () => undefined);
}

/** What the system refused: an address that could not be opened or reached. */
function systemText(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return 'internal error';
  const { code, syscall, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (port === undefined) return `${code}`;
  if (syscall !== 'listen') return `${address ?? 'the host'}:${port} can't be reached (${code})`;
  const why = code === 'EADDRINUSE' ? 'is taken' : `can't be opened (${code})`;
  return `port ${port} ${why}: choose another with BROKER_PORT (a worker: WORKER_PORT)`;
}

/** The one place that turns an error into a line and an exit code: 2 configuration, 1 all else. */
function fail(error: unknown): never {
  const known =
    error instanceof ConfigRefused ||
    error instanceof BrokerError ||
    error instanceof BootstrapRefused ||
    error instanceof GlassdomeKeyRefused ||
    error instanceof VaultUnreachable;
  process.stderr.write(`glassdome-broker: ${known ? (error as Error).message : systemText(error)}\n`);
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
  .description('run scheduled jobs')
  .action(() => serve({ api: false, worker: true }));
program
  .command('destroyer')
  .description(
    'destroy credentials that were deleted 30 days ago, with a Vault login that can do nothing else',
  )
  .option('--once', 'run once, print the counts and exit', false)
  .action(({ once }: { once: boolean }) =>
    once ? destroyOnce() : serve({ api: false, worker: false, destroyer: true }),
  );
program
  .command('all')
  .description('serve the API and run scheduled jobs in one process')
  .action(() => serve({ api: true, worker: true }));
addOneShotCommands(program);
await program.parseAsync().catch(fail);
