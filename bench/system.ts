import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { packageRoot } from '../local/files/paths.js';
import { writePrivate } from '../local/files/privateFile.js';
import { type LocalPostgres, startPostgres } from '../local/postgres/postgres.js';
import { freePort, startChild, stopChild, waitUntil } from '../local/process/child.js';
import { MOUNTS, provisionVault } from '../local/provision.js';
import { findVault } from '../local/vault/vaultBinary.js';
import { type LocalVault, startVault } from '../local/vault/vaultServer.js';
import { migrate } from '../src/adapters/postgres/migrate/migrations.js';
import type { Role } from '../src/domain/access/caller.js';

const LEVELS: Readonly<Record<Role, number>> = { admin: 100, architect: 75, engineer: 50, observer: 25 };

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The whole system on this machine: the parts that `npm start` runs, and the broker as a process of its own. */
export interface BenchSystem {
  postgres: LocalPostgres;
  vault: LocalVault;
  /** Role id and secret-id file of the broker's own login, to read Vault with its rights. */
  apiLogin: { roleId: string; secretIdFile: string };
  broker: string;
  /** One more broker on the same stores, with some variables of its own, of this build or of that in a folder; its address. */
  anotherBroker(variables: Record<string, string>, root?: string): Promise<string>;
  /** Further processes that do what is due; they end with the system. */
  startWorkers(many: number): Promise<void>;
  /** A header that carries a user token of Glassdome's. */
  bearer(user: number, role: Role): { authorization: string };
  /** Resident memory of the broker, MiB. */
  residentMiB(): Promise<number>;
  stop(): Promise<void>;
}

/** `keep` names a folder under `.data/` whose Postgres outlives the run; without it all is thrown away. */
export async function startSystem(keep?: string): Promise<BenchSystem> {
  const scratch = mkdtempSync(join(tmpdir(), 'broker-bench-'));
  // Postgres runs under another uid than root and has to pass through.
  chmodSync(scratch, 0o755);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    for (const each of stops.reverse()) await each();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  };
  // The parts run in groups of their own, so Ctrl-C does not reach them.
  const interrupted = (): void => void stop().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    const postgres = await startRecords(scratch, keep);
    stops.push(postgres.stop);
    const vault = await startVault({
      binary: (await findVault((line) => process.stderr.write(`${line}\n`))).path,
      folder: join(scratch, 'vault'),
      port: await freePort(),
      log: join(scratch, 'vault.log'),
    });
    stops.push(vault.stop);
    const secretIds = join(scratch, 'secret-ids');
    const logins = await provisionVault(
      vault.address,
      vault.keys.rootToken ?? '',
      secretIds,
      () => undefined,
    );
    await migrate({ ownerUrl: postgres.ownerUrl, appRole: 'broker_app' });
    const key = randomBytes(32).toString('hex');
    const settings = {
      DATABASE_URL: postgres.appUrl,
      VAULT_ADDR: vault.address,
      KV_MOUNT: MOUNTS.kvMount,
      VAULT_ROLE_ID: logins.api.roleId,
      VAULT_SECRET_ID_FILE: logins.api.secretIdFile,
      VAULT_USERS_ROLE_ID: logins.users.roleId,
      VAULT_USERS_SECRET_ID_FILE: logins.users.secretIdFile,
      VAULT_RECONCILER_ROLE_ID: logins.reconciler.roleId,
      VAULT_RECONCILER_SECRET_ID_FILE: logins.reconciler.secretIdFile,
      GLASSDOME_JWT_KEY_FILES: keyFile(scratch, key),
      VAULT_WORKER_ROLE_ID: logins.worker.roleId,
      VAULT_WORKER_SECRET_ID_FILE: logins.worker.secretIdFile,
      // The services that are tested are on loopback too.
      OUTBOUND_ALLOW_CIDRS: '127.0.0.0/8',
      TEST_ON_SAVE: 'skip',
    };
    const anotherBroker = async (variables: Record<string, string>, root?: string): Promise<string> => {
      const started = await startBroker(scratch, { ...settings, ...variables }, root);
      stops.push(started.stop);
      return started.origin;
    };
    const broker = await anotherBroker({});
    return {
      postgres,
      vault,
      apiLogin: logins.api,
      broker,
      anotherBroker,
      startWorkers: async (many) => {
        for (let n = 0; n < many; n += 1) {
          const worker = await startWorker(join(scratch, `worker-${n}.log`), settings);
          stops.push(worker);
        }
      },
      bearer: (user, role) => ({ authorization: `Bearer ${userToken(key, user, role)}` }),
      residentMiB: () => residentMiB(broker),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Flushes to disk as in production: durable audit rows are what is measured. */
async function startRecords(scratch: string, keep: string | undefined): Promise<LocalPostgres> {
  const folder = keep === undefined ? scratch : join(packageRoot(), '.data', keep);
  mkdirSync(folder, { recursive: true });
  return startPostgres({
    folder: join(folder, 'postgres'),
    secrets: join(folder, 'passwords.json'),
    port: await freePort(),
    log: join(folder, 'postgres.log'),
  });
}

async function startBroker(
  scratch: string,
  settings: Record<string, string>,
  root = packageRoot(),
): Promise<{ origin: string; stop(): Promise<void> }> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const log = openSync(join(scratch, 'broker.log'), 'a', 0o600);
  const env = {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    BROKER_PORT: String(port),
    REVEALS_PER_MINUTE: '0',
    ...settings,
  };
  const program = join(root, 'dist', 'src', 'main.js');
  const child = startChild(process.execPath, [program, 'api'], { env, stdio: ['ignore', log, log] });
  await waitUntil('The broker', child, async () => (await fetch(`${origin}/readyz`)).ok);
  return { origin, stop: () => stopChild(child, 'SIGTERM') };
}

async function startWorker(logFile: string, settings: Record<string, string>): Promise<() => Promise<void>> {
  const log = openSync(logFile, 'a', 0o600);
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...settings };
  const program = join(packageRoot(), 'dist', 'src', 'main.js');
  const child = startChild(process.execPath, [program, 'worker'], { env, stdio: ['ignore', log, log] });
  await waitUntil('A worker', child, async () => readFileSync(logFile, 'utf8').includes('"started"'));
  return () => stopChild(child, 'SIGTERM');
}

function keyFile(scratch: string, key: string): string {
  const file = join(scratch, 'jwt-key');
  writePrivate(file, key);
  return file;
}

function userToken(key: string, user: number, role: Role): string {
  const claims = { username: `user-${user}`, email: `user-${user}@lab.example`, role, level: LEVELS[role] };
  return jwt.sign(claims, key, { algorithm: 'HS256', subject: String(user), expiresIn: '12h' });
}

async function residentMiB(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1];
  return Number(bytes) / 2 ** 20;
}

/** One JSON call; rejects when it is not answered with success. */
export async function callJson<T>(url: string, headers: Record<string, string>, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(url, { ...init, headers: { 'content-type': 'application/json', ...headers } });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`${new URL(url).pathname} answered ${answer.status}: ${text.slice(0, 300)}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
