import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { adminOf, type FirstAdmin, firstAdmin } from './admin/firstAdmin.js';
import { operatorFile } from './admin/operator.js';
import { banner, type Facts } from './banner.js';
import { brokerCommand, startBroker } from './brokerServer.js';
import { type Develop, develop } from './dev/develop.js';
import { passedOn, readStores, type Stores } from './environment.js';
import { noteKind, vaultFor } from './files/dataKind.js';
import { loadKeys } from './files/keyFile.js';
import { moveIn } from './files/oldPlace.js';
import { packageRoot } from './files/paths.js';
import { keepPair, pairOf, refuseUsedDatabase } from './pair.js';
import { startPostgres } from './postgres/postgres.js';
import { type Ports, readPorts, requireFreePorts } from './process/ports.js';
import { noteSystem } from './process/runningSystem.js';
import { Supervisor } from './process/supervisor.js';
import { notes, release, stopOrphans, takeOver } from './process/takeOver.js';
import { loginsOf, vaultVariables } from './vault/ownVault.js';
import type { VaultProgram } from './vault/vaultKind.js';
import { keyFileIn, type LocalVault, startVault } from './vault/vaultServer.js';

const data = resolve(process.env['LOCAL_DATA'] ?? join(packageRoot(), '.data'));
const postgresFolder = join(data, 'postgres');
const vaultFolder = join(data, 'vault');
const noted = notes(data, postgresFolder);
const logs = join(data, 'logs');
const logOf = (part: string) => join(logs, `${part}.log`);
const passphrase = process.env['GLASSDOME_ENCRYPTION_KEY'];
// A full disk or a closed terminal must not stop what runs.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const say = (line: string) => void process.stderr.write(`${line}\n`);
const step = (line: string) => say(`• ${line}`);
let stopping = false;
let ours = false;

async function stopAll(code: number, reason?: string): Promise<never> {
  if (reason !== undefined) say(`✗ ${reason}`);
  if (stopping) return new Promise(() => undefined);
  stopping = true;
  if (!parts.isEmpty) say('\n• Stopping');
  await parts.stop();
  // One that was just starting is not in the list yet; what another launcher runs is not ours.
  if (ours) {
    await stopOrphans(noted);
    release(noted);
  }
  process.exit(code);
}

const parts = new Supervisor(say, (reason) => void stopAll(1, reason));

async function start(dev: Develop | undefined): Promise<void> {
  const stores = readStores(process.env);
  const ports = readPorts(process.env, stores);
  mkdirSync(logs, { recursive: true });
  await takeOver(noted, say);
  ours = true;
  noteSystem(data, undefined);
  // Before anything runs, so that nothing is touched where the passphrase is wrong.
  if (!stores.foreignVault) loadKeys(keyFileIn(vaultFolder), passphrase);
  const pair = pairOf(stores.postgres?.appUrl, stores.foreignVault ? process.env['VAULT_ADDR'] : undefined);
  keepPair(join(data, 'pair.json'), pair);
  await requireFreePorts(ports, stores, process.env);
  const place = { folder: vaultFolder, log: logOf('vault') };
  const program = stores.foreignVault ? undefined : await vaultFor(place, step);
  const { env, ownerUrl } = await withPostgres(stores, ports);
  const migrate = () => {
    const problem = brokerCommand(['migrate'], { ...env, DATABASE_OWNER_URL: ownerUrl });
    if (problem !== undefined) throw new Error(`glassdome-broker migrate failed: ${problem}`);
  };
  migrate();
  const vault = program === undefined ? undefined : await bringVault(program, ports.vault);
  if (vault !== undefined) {
    const beforeFirst = async () => void (stores.postgres && (await refuseUsedDatabase(ownerUrl)));
    Object.assign(env, vaultVariables(vault.address, await loginsOf(vault, data, { say, beforeFirst })));
  }
  const admin = makeFirstAdmin(env, stores);
  step('Starting the broker');
  const host = hostOf(process.env['BROKER_HOST']);
  const options = {
    env,
    at: `${host}:${ports.broker}`,
    log: logOf('broker'),
    pidFile: noted.broker.file,
    ...dev,
  };
  const broker = { name: 'The broker', log: options.log, start: () => startBroker(options) };
  await parts.keep(broker);
  const scheme = env['TLS_CERT_FILE'] === undefined ? 'http' : 'https';
  const ownPostgres = stores.postgres === undefined;
  if (vault !== undefined && ownPostgres)
    noteSystem(data, {
      url: `${scheme}://${options.at}`,
      postgresPort: ports.postgres,
      vaultAddress: vault.address,
    });
  show({ host, port: ports.broker, vault: program && vault && ofVault(program, vault) }, admin);
  if (dev !== undefined)
    await develop({ ...dev, parts, broker: broker.name, say, migrate, noted: noted.compiler.file });
}

/** The broker's environment with the given Postgres, or else one that is started here. */
async function withPostgres(
  stores: Stores,
  ports: Ports,
): Promise<{ env: NodeJS.ProcessEnv; ownerUrl: string }> {
  const { appUrl, ownerUrl } = stores.postgres ?? (await bringPostgres(ports.postgres));
  const base = { PATH: process.env['PATH'], NODE_ENV: 'production', ...passedOn(process.env, stores) };
  return { env: { ...base, BROKER_PORT: String(ports.broker), DATABASE_URL: appUrl }, ownerUrl };
}

async function bringPostgres(port: number): Promise<{ appUrl: string; ownerUrl: string }> {
  if (await moveIn(data)) step(`Moved the data of Postgres into ${data}`);
  step('Starting Postgres');
  const log = logOf('postgres');
  const options = { folder: postgresFolder, secrets: join(data, 'postgres-passwords.json'), port, log };
  return parts.keep({ name: 'Postgres', log, start: () => startPostgres(options) });
}

async function bringVault(program: VaultProgram, port: number): Promise<LocalVault> {
  step('Starting Vault');
  noteKind(vaultFolder, program.kind);
  const log = logOf('vault');
  const { path: binary } = program;
  const options = { binary, folder: vaultFolder, port, log, pidFile: noted.vault.file, passphrase };
  return parts.keep({ name: 'Vault', log, start: () => startVault(options) });
}

/**
 * In an external Vault only under a name that was requested: an existing account of that name would get another
 * password.
 */
function makeFirstAdmin(env: NodeJS.ProcessEnv, { foreignVault }: Stores): FirstAdmin | undefined {
  const username = process.env['LOCAL_FIRST_ADMIN'] ?? (foreignVault ? undefined : 'admin');
  if (username === undefined) return undefined;
  return firstAdmin(data, username, (file) =>
    brokerCommand(['create-admin', '--username', username, '--password-file', file], env),
  );
}

/** Where the broker can be asked from here. */
function hostOf(listensOn = '127.0.0.1'): string {
  if (listensOn === '0.0.0.0' || listensOn === '::') return '127.0.0.1';
  return listensOn.includes(':') ? `[${listensOn}]` : listensOn;
}

function ofVault({ kind, version }: VaultProgram, { address, ui }: LocalVault): Facts['vault'] {
  const file = operatorFile(data);
  const sealed = passphrase !== undefined;
  return { address, ui, kind, version, sealed, operatorFile: existsSync(file) ? file : undefined };
}

function show(facts: Pick<Facts, 'host' | 'port' | 'vault'>, admin: FirstAdmin | undefined): void {
  const username = admin?.username ?? adminOf(data);
  say(banner({ ...facts, logs, username, password: admin?.password, env: process.env }));
  admin?.shown();
  say('  Stop with Ctrl-C; the data stays.');
}

/** The whole system on real parts, for development. Every step can be stopped and begun again. */
export async function launch(dev?: Develop): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
  await start(dev).catch((error: unknown) =>
    stopAll(1, error instanceof Error ? error.message : String(error)),
  );
}
