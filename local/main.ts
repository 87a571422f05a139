import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Agent, fetch } from 'undici';
import { oneTimePassword } from '../src/usecases/users.js';
import { requireFreePort, startChild, stopChild, waitUntil } from './child.js';
import { refuseForeignEnvironment } from './environment.js';
import { packageRoot } from './paths.js';
import { type LocalPostgres, reachableFolder, startPostgres } from './postgres.js';
import { readPrivate, writePrivate } from './privateFile.js';
import { type Logins, MOUNTS, provisionVault, revokeRoot, tokenWorks } from './provision.js';
import { notes, release, stopOrphans, takeOver } from './takeOver.js';
import { findVault } from './vaultBinary.js';
import { type LocalVault, startVault } from './vaultServer.js';

/** `npm start`: the whole system on real parts, for development. Every step can be stopped and begun again. */
const root = packageRoot();
const data = resolve(process.env['LOCAL_DATA'] ?? join(root, '.data'));
const postgresFolder = reachableFolder(
  join(data, 'postgres'),
  `/var/tmp/glassdome-broker-${Buffer.from(data).toString('hex').slice(-24)}`,
);
const noted = notes(data, postgresFolder);
const say = (line: string) => void process.stderr.write(`${line}\n`);
const portOf = (name: string, preset: number) => Number(process.env[name] ?? preset);
const running: { stop(): Promise<void> }[] = [];
let stopping = false;
let ours = false;

async function stopAll(code: number): Promise<never> {
  if (stopping) return new Promise(() => undefined);
  stopping = true;
  say('\n• Stopping');
  for (const part of running.reverse()) await part.stop();
  // One that was just starting is not in the list yet; what another launcher runs is not ours.
  if (ours) {
    await stopOrphans(noted);
    release(noted);
  }
  process.exit(code);
}

async function start(): Promise<void> {
  refuseForeignEnvironment(process.env);
  mkdirSync(join(data, 'logs'), { recursive: true });
  await takeOver(noted, say);
  ours = true;
  const port = portOf('BROKER_PORT', 8400);
  await requireFreePort(port, 'BROKER_PORT');
  const binary = await findVault((line) => say(`• ${line}`));
  say('• Starting Postgres');
  const postgres = await startPostgres({
    folder: postgresFolder,
    secrets: join(data, 'postgres-passwords.json'),
    port: portOf('LOCAL_POSTGRES_PORT', 8403),
    log: join(data, 'logs', 'postgres.log'),
  });
  running.push(postgres);
  say('• Starting Vault');
  const vault = await startVault({
    binary,
    folder: join(data, 'vault'),
    port: portOf('LOCAL_VAULT_PORT', 8401),
    log: join(data, 'logs', 'vault.log'),
    pidFile: noted.vault.file,
    passphrase: process.env['GLASSDOME_ENCRYPTION_KEY'],
  });
  running.push(vault);
  const env = brokerEnv(postgres, vault, await loginsOf(vault), port);
  runBroker(['migrate'], { ...env, DATABASE_OWNER_URL: postgres.ownerUrl });
  const password = firstAdmin(env);
  say('• Starting the broker');
  const broker = await startBroker(env, port);
  tell(port, vault.address, password);
  broker.once('exit', () => void stopAll(1));
}

/** The Vault logins; made, together with everything in Vault, at the first start only. */
async function loginsOf(vault: LocalVault): Promise<Logins> {
  const file = join(data, 'vault-logins.json');
  const { rootToken } = vault.keys;
  if (rootToken !== undefined && existsSync(file) && !(await tokenWorks(vault.address, rootToken))) {
    // An earlier start ended between revoking the token and forgetting it; everything before that was done.
    vault.forgetRoot();
  } else if (rootToken !== undefined) {
    const logins = await provisionVault(vault.address, rootToken, join(data, 'secret-ids'), (line) =>
      say(`  ${line}`),
    );
    writePrivate(file, JSON.stringify(logins));
    await revokeRoot(vault.address, rootToken);
    vault.forgetRoot();
  }
  const known = readPrivate(file);
  if (known === undefined)
    throw new Error(`${file} is missing. Restore it from a backup, or move .data aside to begin anew.`);
  return JSON.parse(known) as Logins;
}

function brokerEnv(
  postgres: LocalPostgres,
  vault: LocalVault,
  logins: Logins,
  port: number,
): NodeJS.ProcessEnv {
  const login = (prefix: string, role: keyof Logins) => ({
    [`${prefix}ROLE_ID`]: logins[role].roleId,
    [`${prefix}SECRET_ID_FILE`]: logins[role].secretIdFile,
  });
  const passOn = [
    'GLASSDOME_JWT_KEY_FILES',
    'GLASSDOME_JWT_KEY_VAULT_PATH',
    'LOG_LEVEL',
    'REVEALS_PER_MINUTE',
    'TLS_CERT_FILE',
    'TLS_KEY_FILE',
  ].filter((name) => process.env[name] !== undefined);
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    ...Object.fromEntries(passOn.map((name) => [name, process.env[name]])),
    BROKER_PORT: String(port),
    DATABASE_URL: postgres.appUrl,
    VAULT_ADDR: vault.address,
    KV_MOUNT: MOUNTS.kvMount,
    ...login('VAULT_', 'api'),
    ...login('VAULT_USERS_', 'users'),
    ...login('VAULT_WORKER_', 'worker'),
    ...login('VAULT_RECONCILER_', 'reconciler'),
  };
}

const program = join(root, 'dist', 'src', 'main.js');

function runBroker(args: string[], env: NodeJS.ProcessEnv): void {
  const done = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`glassdome-broker ${args[0]} failed: ${done.stderr}`);
}

/** The one-time password of the first admin, at the first start; undefined later. */
function firstAdmin(env: NodeJS.ProcessEnv): string | undefined {
  const done = join(data, 'admin-made');
  if (existsSync(done)) return undefined;
  const file = join(data, 'admin-password');
  const password = readPrivate(file) ?? oneTimePassword().reveal();
  writePrivate(file, password);
  const made = spawnSync(
    process.execPath,
    [program, 'create-admin', '--username', 'admin', '--password-file', file],
    { env, encoding: 'utf8' },
  );
  const thereAlready = made.stderr.includes('There are people already');
  if (made.status !== 0 && !thereAlready)
    throw new Error(`The first admin could not be made: ${made.stderr}`);
  return password;
}

async function startBroker(env: NodeJS.ProcessEnv, port: number): Promise<ChildProcess> {
  const log = openSync(join(data, 'logs', 'broker.log'), 'a', 0o600);
  const spawned = { env, stdio: ['ignore' as const, log, log] };
  const child = startChild(process.execPath, [program, 'all'], spawned, noted.broker.file);
  running.push({ stop: () => stopChild(child, 'SIGTERM', 26_000) });
  const scheme = env['TLS_CERT_FILE'] === undefined ? 'http' : 'https';
  // Its own certificate need not name this address nor come from a known CA; only readiness is asked.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const ready = async () => (await fetch(`${scheme}://127.0.0.1:${port}/readyz`, { dispatcher })).ok;
  await waitUntil('The broker', child, ready);
  await dispatcher.close();
  return child;
}

function tell(port: number, vault: string, password: string | undefined): void {
  const secure = process.env['TLS_CERT_FILE'] !== undefined;
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  say(`
The credential broker runs. FOR DEVELOPMENT ONLY: Vault's unseal key lies beside its data.

  API        ${url}      (every call: ${url}/docs)
  Vault      ${vault}      (its API; a Vault built from the Go module serves no UI)
  Logs       ${join(data, 'logs')}/
`);
  if (password !== undefined) {
    say(`  First admin: user "admin", one-time password  ${password}   (shown this once)

  Log in:  echo '{"username":"admin","password":"${password}"}' | curl -s ${url}/api/auth/login -H 'content-type: application/json' -d @-
  or:      npx glassdome login --username admin${port === 8400 ? '' : ` --server ${url}`}     (asks for a password of your own)
`);
    rmSync(join(data, 'admin-password'), { force: true });
    writePrivate(join(data, 'admin-made'), new Date().toISOString());
  }
  say('  Stop with Ctrl-C; the data stays.');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
await start().catch(async (error: unknown) => {
  say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  await stopAll(1);
});
