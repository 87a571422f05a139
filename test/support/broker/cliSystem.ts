import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../local/process/child.js';
import { provisionVault } from '../../../local/provision.js';
import { loadConfig } from '../../../src/config/config.js';
import { Secret } from '../../../src/domain/secret.js';
import { createApp } from '../../../src/http/app.js';
import { listen } from '../../../src/http/server/server.js';
import { createFirstAdmin } from '../../../src/usecases/people/users.js';
import { reconcile } from '../../../src/usecases/reconcile/reconcile.js';
import { wire } from '../../../src/wire.js';
import { startPrivateVault, type TestVault, testPostgres } from './parts.js';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  stdin?: string;
  cwd?: string;
}

export interface CliSystem {
  url: string;
  vault: TestVault;
  /** Scratch of its own; removed at the end. */
  folder: string;
  /** The admin, logged in, as the environment of a command. */
  admin: NodeJS.ProcessEnv;
  /** Makes a person and logs him in. */
  person(username: string, role: string): Promise<NodeJS.ProcessEnv>;
  /** A call as the admin, for what a suite needs and does not test. */
  send(method: string, path: string, body?: object): Promise<Response>;
  glassdome(words: readonly string[], options?: RunOptions): Promise<Ended>;
  /** What the worker does every five minutes. */
  reconcile(): Promise<void>;
  /** The broker's own parts, for what no command shows or makes. */
  ports: Awaited<ReturnType<typeof wire>>['ports'];
  stop(): Promise<void>;
}

const bin = (name: string) => fileURLToPath(new URL(`../../../src/cli/${name}.js`, import.meta.url));
export const GLASSDOME = bin('glassdome');
/** Where `node` is, and nothing of this machine's own. */
export const PATH = `${join(process.execPath, '..')}:/usr/bin:/bin`;

/** Runs a program to its end. */
export function runToEnd(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: options.env, cwd: options.cwd });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      ended.stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      ended.stderr += String(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/** A broker of its own on real parts, spoken to through the real programs. */
export async function startCliSystem(): Promise<CliSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'broker-cli-'));
  const database = await (await testPostgres()).freshDatabase();
  const vault = await startPrivateVault();
  const logins = await provisionVault(vault.address, vault.rootToken, folder, () => undefined);
  const config = loadConfig({
    BROKER_PORT: String(await freePort()),
    DATABASE_URL: database.appUrl,
    VAULT_ADDR: vault.address,
    VAULT_ROLE_ID: logins.api.roleId,
    VAULT_SECRET_ID_FILE: logins.api.secretIdFile,
    VAULT_USERS_ROLE_ID: logins.users.roleId,
    VAULT_USERS_SECRET_ID_FILE: logins.users.secretIdFile,
    VAULT_RECONCILER_ROLE_ID: logins.reconciler.roleId,
    VAULT_RECONCILER_SECRET_ID_FILE: logins.reconciler.secretIdFile,
    LOG_LEVEL: 'error',
    OUTBOUND_ALLOW_CIDRS: '127.0.0.0/8',
  });
  const system = await wire(config);
  const life = { stopping: false, startedOnce: false };
  const app = createApp({ ...system, life, version: '9.9.9', trustedProxyHops: 0 });
  const server: Server = await listen(app, config, system.ports);
  const url = `http://127.0.0.1:${config.BROKER_PORT}`;
  const admin = envOf('admin');

  function envOf(username: string): NodeJS.ProcessEnv {
    const session = join(folder, `${username}.json`);
    return { PATH, HOME: folder, GLASSDOME_BROKER_URL: url, GLASSDOME_BROKER_SESSION_FILE: session };
  }

  const glassdome = (words: readonly string[], options: RunOptions = {}) =>
    runToEnd(process.execPath, [GLASSDOME, ...words], { env: admin, ...options });

  async function logIn(username: string, oneTime: string): Promise<NodeJS.ProcessEnv> {
    const env = envOf(username);
    const words = ['login', '--username', username, '--password', oneTime];
    const done = await glassdome([...words, '--new-password', `long-enough-${username}`], { env });
    if (done.code !== 0) throw new Error(done.stderr);
    return env;
  }

  await createFirstAdmin(system.ports, { username: 'admin', password: new Secret('one-time-password') });
  await logIn('admin', 'one-time-password');
  const adminToken = () =>
    (JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8')) as { access_token: string }).access_token;
  const send = (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${adminToken()}`, 'content-type': 'application/json' };
    return fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };
  return {
    url,
    vault,
    folder,
    admin,
    glassdome,
    send,
    ports: system.ports,
    person: async (username, role) => {
      const made = await send('POST', '/api/users', { username, role });
      return logIn(username, ((await made.json()) as { one_time_password: string }).one_time_password);
    },
    reconcile: async () => {
      const ports = { ...system.ports, store: await system.reconcilerStore() };
      await reconcile(ports, { graceMs: 0, dryRun: false });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await system.close();
      await database.drop();
      await vault.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
