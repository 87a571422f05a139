import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { VaultKeys } from '../../../local/files/keyFile.js';
import { type LocalPostgres, type PostgresUrls, startPostgres } from '../../../local/postgres/postgres.js';
import { freePort, signal } from '../../../local/process/child.js';
import { findVault } from '../../../local/vault/vaultBinary.js';
import { type VaultKind, wantedKind } from '../../../local/vault/vaultKind.js';
import { type LocalVault, startVault } from '../../../local/vault/vaultServer.js';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { postgresContainer, useContainers, vaultContainer } from '../services/containers.js';
import { noteServer, type OwnServer } from './leftovers.js';

/*
 * Real parts, one of each a process, started when the first suite asks and stopped when the process ends: containers
 * where a Docker daemon answers, else programs of this machine. The same suites run on both.
 */

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
export interface TestPostgres extends PostgresUrls {
  /** A migrated database of its own, cloned from a template. */
  freshDatabase(): Promise<TestDatabase>;
  /** As the superuser. */
  asSuper(sql: string): Promise<pg.QueryResult>;
}
export interface PrivatePostgres extends TestPostgres, LocalPostgres {
  /** As `pg_ctl stop -m immediate`: nothing is finished, nothing is told to anybody. */
  crash(): Promise<void>;
  /** After `crash`: same data, same address. Resolves when it answers. */
  restart(): Promise<void>;
  /** All its processes stand still, with every connection open, until `resume`. */
  pause(): Promise<void>;
  resume(): void;
}

/** A server of this machine whatever Docker says, for suites that stop and freeze its processes. */
export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const folder = scratch('pg');
  const options = {
    folder: join(folder, 'data'),
    secrets: join(folder, 'passwords.json'),
    port: await freePort(),
    log: join(folder, 'log'),
    fsync: false,
  };
  let server = await startPostgres(options);
  const own: OwnServer = { folder, pids: [] };
  let paused: number[] = [];
  noteServer(own, [server.child.pid]);
  return {
    ...server,
    ...(await withDatabases(server)),
    crash: async () => {
      const gone = new Promise((resolve) => server.child.once('exit', resolve));
      server.child.kill('SIGQUIT');
      await gone;
    },
    restart: async () => {
      server = await startPostgres(options);
      noteServer(own, [server.child.pid]);
    },
    pause: async () => {
      paused = await pausePostgres(server);
      noteServer(own, paused);
    },
    resume: () => {
      for (const pid of paused) signal(pid, 'SIGCONT');
      noteServer(own, [server.child.pid]);
    },
    stop: async () => {
      await server.stop();
      noteServer(own, []);
    },
  };
}

/** Stops the first process first, so that no new one escapes. */
async function pausePostgres(server: LocalPostgres): Promise<number[]> {
  const client = new pg.Client({ connectionString: server.superUrl });
  await client.connect();
  const first = server.child.pid ?? 0;
  signal(first, 'SIGSTOP');
  const { rows } = await client.query('select pid, pid = pg_backend_pid() as own from pg_stat_activity');
  const others = rows.filter((row) => !row.own).map((row) => row.pid as number);
  for (const pid of others) signal(pid, 'SIGSTOP');
  // The first process reaps it when it runs again.
  await client.end();
  return [first, ...others];
}

async function withDatabases(server: PostgresUrls): Promise<Pick<TestPostgres, 'freshDatabase' | 'asSuper'>> {
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
  return { freshDatabase, asSuper: (sql) => asSuper(server, sql) };
}

async function makeTemplate(server: PostgresUrls): Promise<string> {
  await migrate({ ownerUrl: server.ownerUrl, appRole: 'broker_app' });
  return 'broker';
}

async function asSuper(server: PostgresUrls, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server.superUrl });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

let postgres: Promise<TestPostgres> | undefined;
export function testPostgres(): Promise<TestPostgres> {
  postgres ??= startTestPostgres();
  return postgres;
}

async function startTestPostgres(): Promise<TestPostgres> {
  if (!(await useContainers())) return startPrivatePostgres();
  const server = await postgresContainer();
  return { ...server, ...(await withDatabases(server)) };
}

export interface TestVault {
  address: string;
  rootToken: string;
  unsealKey: string;
  seal(): Promise<void>;
  unseal(): Promise<void>;
  /** Accepts connections and never answers, until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  kill(): Promise<void>;
  /** After `kill` or `stop`: same data, same address, unsealed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What both kinds of server can. */
type VaultServer = Pick<TestVault, 'address' | 'pause' | 'resume' | 'kill' | 'restart' | 'stop'> & {
  keys: VaultKeys;
};

export async function startPrivateVault(): Promise<TestVault> {
  const { keys, ...server } = await ((await vaultInContainer()) ? vaultContainer() : vaultProcess());
  const { unsealKey, rootToken = '' } = keys;
  const put = async (path: string, body?: object) => {
    const init = { method: 'PUT', headers: { 'X-Vault-Token': rootToken } };
    const url = `${server.address}/v1/${path}`;
    await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  };
  return {
    ...server,
    rootToken,
    unsealKey,
    seal: () => put('sys/seal'),
    unseal: () => put('sys/unseal', { key: unsealKey }),
  };
}

/** The containers hold HashiCorp Vault. */
async function vaultInContainer(): Promise<boolean> {
  return wantedKind(process.env) !== 'openbao' && (await useContainers());
}

/** Which Vault the suites run on. */
export async function vaultKind(): Promise<VaultKind> {
  return (await vaultInContainer()) ? 'hashicorp' : (await findVault(() => undefined)).kind;
}

async function vaultProcess(): Promise<VaultServer> {
  const folder = scratch('vault');
  const options = {
    binary: (await findVault((line) => process.stderr.write(`${line}\n`))).path,
    folder,
    port: await freePort(),
    log: join(folder, 'log'),
  };
  let server: LocalVault = await startVault(options);
  const own: OwnServer = { folder, pids: [] };
  noteServer(own, [server.child.pid]);
  const tell = (name: NodeJS.Signals) => void server.child.kill(name);
  return {
    address: server.address,
    keys: server.keys,
    pause: async () => tell('SIGSTOP'),
    resume: async () => tell('SIGCONT'),
    kill: async () => {
      const gone = new Promise((resolve) => server.child.once('exit', resolve));
      tell('SIGKILL');
      await gone;
    },
    restart: async () => {
      server = await startVault(options);
      noteServer(own, [server.child.pid]);
    },
    stop: async () => {
      await server.stop();
      noteServer(own, []);
    },
  };
}

let vault: Promise<TestVault> | undefined;
export function testVault(): Promise<TestVault> {
  vault ??= startPrivateVault();
  return vault;
}
