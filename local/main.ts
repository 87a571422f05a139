import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Agent, fetch } from 'undici';
import { portOf, requireFreePort, startChild, stopChild, waitUntil } from './child.js';
import { passedOn, readStores, type Stores } from './environment.js';
import { type FirstAdmin, firstAdmin } from './firstAdmin.js';
import { loadKeys } from './keyFile.js';
import { loginsOf, vaultVariables } from './ownVault.js';
import { keepPair, pairOf, refuseUsedDatabase } from './pair.js';
import { packageRoot } from './paths.js';
import { reachableFolder, startPostgres } from './postgres.js';
import { notes, release, stopOrphans, takeOver } from './takeOver.js';
import { type Told, told } from './told.js';
import { findVault } from './vaultBinary.js';
import { keyFileIn, type LocalVault, startVault } from './vaultServer.js';

/** `npm start`: the whole system on real parts, for development. Every step can be stopped and begun again. */
const root = packageRoot();
const data = resolve(process.env['LOCAL_DATA'] ?? join(root, '.data'));
const postgresFolder = reachableFolder(
  join(data, 'postgres'),
  `/var/tmp/glassdome-broker-${Buffer.from(data).toString('hex').slice(-24)}`,
);
const noted = notes(data, postgresFolder);
const logs = join(data, 'logs');
const passphrase = process.env['GLASSDOME_ENCRYPTION_KEY'];
const say = (line: string) => void process.stderr.write(`${line}\n`);
const ports = () => ({
  broker: portOf(process.env, 'BROKER_PORT', 8400),
  vault: portOf(process.env, 'LOCAL_VAULT_PORT', 8401),
  postgres: portOf(process.env, 'LOCAL_POSTGRES_PORT', 8403),
});
const running: { stop(): Promise<void> }[] = [];
let stopping = false;
let ours = false;

async function stopAll(code: number): Promise<never> {
  if (stopping) return new Promise(() => undefined);
  stopping = true;
  if (running.length > 0) say('\n• Stopping');
  for (const part of running.reverse()) await part.stop();
  // One that was just starting is not in the list yet; what another launcher runs is not ours.
  if (ours) {
    await stopOrphans(noted);
    release(noted);
  }
  process.exit(code);
}

async function start(): Promise<void> {
  const stores = readStores(process.env);
  const { broker: port } = ports();
  mkdirSync(logs, { recursive: true });
  await takeOver(noted, say);
  ours = true;
  // Before anything runs, so that nothing is touched where the passphrase is wrong.
  if (!stores.foreignVault) loadKeys(keyFileIn(join(data, 'vault')), passphrase);
  const pair = pairOf(stores.postgres?.appUrl, stores.foreignVault ? process.env['VAULT_ADDR'] : undefined);
  keepPair(join(data, 'pair.json'), pair);
  await requireFreePort(port, 'BROKER_PORT');
  const binary = stores.foreignVault ? undefined : await findVault((line) => say(`• ${line}`));
  const { env, ownerUrl } = await withPostgres(stores, port);
  runBroker(['migrate'], { ...env, DATABASE_OWNER_URL: ownerUrl });
  const vault = binary === undefined ? undefined : await bringVault(binary);
  if (vault !== undefined) {
    const beforeFirst = async () => void (stores.postgres && (await refuseUsedDatabase(ownerUrl)));
    Object.assign(env, vaultVariables(vault.address, await loginsOf(vault, data, { say, beforeFirst })));
  }
  const admin = makeFirstAdmin(env, stores);
  say('• Starting the broker');
  const host = hostOf(process.env['BROKER_HOST']);
  const broker = await startBroker(env, `${host}:${port}`);
  tell({ host, port, logs, vault, env: process.env }, admin);
  broker.once('exit', () => void stopAll(1));
}

/** The broker's environment with the Postgres that there is, brought here unless somebody named one. */
async function withPostgres(
  stores: Stores,
  port: number,
): Promise<{ env: NodeJS.ProcessEnv; ownerUrl: string }> {
  if (stores.postgres === undefined) say('• Starting Postgres');
  const { appUrl, ownerUrl } = stores.postgres ?? (await bringPostgres());
  const base = { PATH: process.env['PATH'], NODE_ENV: 'production', ...passedOn(process.env, stores) };
  return { env: { ...base, BROKER_PORT: String(port), DATABASE_URL: appUrl }, ownerUrl };
}

async function bringPostgres(): Promise<{ appUrl: string; ownerUrl: string }> {
  const postgres = await startPostgres({
    folder: postgresFolder,
    secrets: join(data, 'postgres-passwords.json'),
    port: ports().postgres,
    log: join(logs, 'postgres.log'),
  });
  running.push(postgres);
  return postgres;
}

async function bringVault(binary: string): Promise<LocalVault> {
  say('• Starting Vault');
  const vault = await startVault({
    binary,
    folder: join(data, 'vault'),
    port: ports().vault,
    log: join(logs, 'vault.log'),
    pidFile: noted.vault.file,
    passphrase,
  });
  running.push(vault);
  return vault;
}

const program = join(root, 'dist', 'src', 'main.js');

function runBroker(args: string[], env: NodeJS.ProcessEnv): void {
  const done = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`glassdome-broker ${args[0]} failed: ${done.stderr}`);
}

/** In a Vault of somebody else's only under a name that was asked for: whoever has it there gets another password. */
function makeFirstAdmin(env: NodeJS.ProcessEnv, { foreignVault }: Stores): FirstAdmin | undefined {
  const username = process.env['LOCAL_FIRST_ADMIN'] ?? (foreignVault ? undefined : 'admin');
  if (username === undefined) return undefined;
  return firstAdmin(data, username, (file) => {
    const args = [program, 'create-admin', '--username', username, '--password-file', file];
    const made = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    return made.status === 0 ? undefined : made.stderr;
  });
}

/** Where the broker can be asked from here. */
function hostOf(listensOn = '127.0.0.1'): string {
  if (listensOn === '0.0.0.0' || listensOn === '::') return '127.0.0.1';
  return listensOn.includes(':') ? `[${listensOn}]` : listensOn;
}

async function startBroker(env: NodeJS.ProcessEnv, at: string): Promise<ChildProcess> {
  const log = openSync(join(logs, 'broker.log'), 'a', 0o600);
  const spawned = { env, stdio: ['ignore' as const, log, log] };
  const child = startChild(process.execPath, [program, 'all'], spawned, noted.broker.file);
  running.push({ stop: () => stopChild(child, 'SIGTERM', 26_000) });
  const scheme = env['TLS_CERT_FILE'] === undefined ? 'http' : 'https';
  // Its own certificate need not name this address nor come from a known CA; only readiness is asked.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const ready = async () => (await fetch(`${scheme}://${at}/readyz`, { dispatcher })).ok;
  await waitUntil('The broker', child, ready);
  await dispatcher.close();
  return child;
}

function tell(facts: Told, admin: FirstAdmin | undefined): void {
  say(told(facts, admin));
  admin?.shown();
  say('  Stop with Ctrl-C; the data stays.');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
await start().catch(async (error: unknown) => {
  say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  await stopAll(1);
});
