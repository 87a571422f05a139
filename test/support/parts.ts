import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../local/child.js';
import { type LocalPostgres, startPostgres } from '../../local/postgres.js';
import { findVault } from '../../local/vaultBinary.js';
import { type LocalVault, startVault } from '../../local/vaultServer.js';
import { migrate } from '../../src/adapters/postgres/migrations.js';

/** Real parts, one of each a run, started when the first suite asks and stopped when the run ends. */
const toStop: { pid: number | undefined; folder: string }[] = [];

process.once('exit', () => {
  for (const { pid, folder } of toStop) {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
});

function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `broker-${name}-`));
  // Postgres runs under another uid than root and has to pass through.
  chmodSync(folder, 0o755);
  return folder;
}

export interface TestDatabase {
  ownerUrl: string;
  appUrl: string;
  drop(): Promise<void>;
}
export interface TestPostgres extends LocalPostgres {
  /** A migrated database of its own, cloned from a template. */
  freshDatabase(): Promise<TestDatabase>;
  /** After `stop`: same data, same address. */
  restart(): Promise<void>;
}

export async function startPrivatePostgres(): Promise<TestPostgres> {
  const folder = scratch('pg');
  const options = {
    folder: join(folder, 'data'),
    secrets: join(folder, 'passwords.json'),
    port: await freePort(),
    log: join(folder, 'log'),
    fsync: false,
  };
  let server = await startPostgres(options);
  const entry = { pid: server.child.pid, folder };
  toStop.push(entry);
  // Suites look at the sessions of the app role and end them, which its owner alone may not.
  await asSuper(server, 'grant pg_monitor, pg_signal_backend to broker_owner');
  let template: Promise<string> | undefined;
  const freshDatabase = async (): Promise<TestDatabase> => {
    template ??= makeTemplate(server);
    const name = `t_${randomBytes(6).toString('hex')}`;
    await asSuper(server, `create database ${name} template ${await template} owner broker_owner`);
    const at = (url: string) => url.replace(/\/broker$/, `/${name}`);
    return {
      ownerUrl: at(server.ownerUrl),
      appUrl: at(server.appUrl),
      // The server goes with all its databases at the end of the run.
      drop: async () => undefined,
    };
  };
  return {
    ...server,
    freshDatabase,
    stop: () => server.stop(),
    restart: async () => {
      server = await startPostgres(options);
      entry.pid = server.child.pid;
    },
  };
}

async function makeTemplate(server: LocalPostgres): Promise<string> {
  await migrate({ ownerUrl: server.ownerUrl, appRole: 'broker_app' });
  return 'broker';
}

async function asSuper(server: LocalPostgres, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.superUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

let postgres: Promise<TestPostgres> | undefined;
export function testPostgres(): Promise<TestPostgres> {
  postgres ??= startPrivatePostgres();
  return postgres;
}

export interface TestVault {
  address: string;
  rootToken: string;
  unsealKey: string;
  seal(): Promise<void>;
  unseal(): Promise<void>;
  /** Accepts connections and never answers, until `resume`. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** After `kill` or `stop`: same data, same address, unsealed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPrivateVault(): Promise<TestVault> {
  const folder = scratch('vault');
  const options = {
    binary: await findVault((line) => process.stderr.write(`${line}\n`)),
    folder,
    port: await freePort(),
    log: join(folder, 'log'),
  };
  let server: LocalVault = await startVault(options);
  const entry = { pid: server.child.pid, folder };
  toStop.push(entry);
  const { address } = server;
  const rootToken = server.keys.rootToken ?? '';
  const { unsealKey } = server.keys;
  const put = async (path: string, body?: object) => {
    const init = { method: 'PUT', headers: { 'X-Vault-Token': rootToken } };
    await fetch(`${address}/v1/${path}`, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  };
  const signal = (name: NodeJS.Signals) => void server.child.kill(name);
  return {
    address,
    rootToken,
    unsealKey,
    seal: () => put('sys/seal'),
    unseal: () => put('sys/unseal', { key: unsealKey }),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill: async () => {
      const gone = new Promise((resolve) => server.child.once('exit', resolve));
      signal('SIGKILL');
      await gone;
    },
    restart: async () => {
      server = await startVault(options);
      entry.pid = server.child.pid;
    },
    stop: () => server.stop(),
  };
}

let vault: Promise<TestVault> | undefined;
export function testVault(): Promise<TestVault> {
  vault ??= startPrivateVault();
  return vault;
}
