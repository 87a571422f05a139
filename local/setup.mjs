// Makes a fresh clone runnable: installs what package-lock.json names and compiles. Plain JavaScript, no dependency.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const mtime = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const say = (line) => void process.stderr.write(`${line}\n`);

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const INSIST_MS = 10_000;
const WAIT_FOR_OTHER_MS = 10 * 60_000;
/** The number of the npm that works in node_modules. */
const INSTALLING = at('.installing.pid');

/** Runs a step. A signal ends it before it ends us, so that nothing of it runs on; a failure ends us with its output. */
async function run(what, command, args, { noted } = {}) {
  say(`• ${what}`);
  let child;
  let stopped = false;
  let finish;
  const done = new Promise((resolve) => {
    finish = resolve;
  });
  // Before the step begins: a signal that arrives first must not leave it running.
  const handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = async () => {
      stopped = true;
      child?.kill(signal);
      setTimeout(() => child?.kill('SIGKILL'), INSIST_MS).unref();
      if (child !== undefined) await done;
      if (noted !== undefined) rmSync(noted, { force: true });
      say(`✗ ${what} was stopped. The next start begins it again.`);
      process.exit(code);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  child.once('error', (error) => finish(error.message));
  child.once('exit', (code, signal) => finish(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  if (noted !== undefined && child.pid !== undefined) writeFileSync(noted, `${child.pid}\n`);
  const problem = await done;
  // The handler ends the process.
  if (stopped) await new Promise(() => undefined);
  for (const [signal, handler] of handlers) process.off(signal, handler);
  if (noted !== undefined) rmSync(noted, { force: true });
  if (problem === undefined) return;
  say(`✗ ${what} failed: ${problem}`);
  process.exit(1);
}

/** Whether node_modules holds what package-lock.json names: npm writes its own list there last. */
function installed() {
  const packagesIn = (file) => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
    } catch {
      return {};
    }
  };
  const there = packagesIn(at('node_modules', '.package-lock.json'));
  return Object.entries(packagesIn(at('package-lock.json'))).every(
    ([name, { optional, integrity }]) =>
      name === '' || (optional && !(name in there)) || there[name]?.integrity === integrity,
  );
}

function runs(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two that install at once spoil each other's work. One whose launcher was killed runs on for a while. */
async function waitForOther() {
  const other = () => (existsSync(INSTALLING) ? Number.parseInt(readFileSync(INSTALLING, 'utf8'), 10) : 0);
  if (!runs(other())) return;
  say(`• Waiting for process ${other()}, which installs packages here`);
  for (const until = Date.now() + WAIT_FOR_OTHER_MS; runs(other()) && Date.now() < until; ) await sleep(200);
}

const PAGE = join('src', 'web');

/** When the newest source below a folder was changed. The web page has a build of its own. */
function newestSource(folder, wanted) {
  let newest = 0;
  for (const entry of readdirSync(at(folder), { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const isPage = path.startsWith(at(PAGE));
    if (entry.isFile() && wanted.test(entry.name) && isPage === (folder === PAGE))
      newest = Math.max(newest, mtime(path));
  }
  return newest;
}

/** Compiles the program, and builds the page that it serves, where a source is newer than what is built. */
async function build() {
  const bin = (...parts) => at('node_modules', ...parts);
  const sources = ['src', 'local', 'migrations', 'test', 'bench'].filter((d) => existsSync(at(d)));
  const newest = Math.max(...sources.map((d) => newestSource(d, /\.ts$/)), mtime(at('tsconfig.json')));
  if (mtime(at('dist', '.tsbuildinfo')) < newest)
    await run('Compiling', process.execPath, [bin('typescript', 'bin', 'tsc'), '-p', root]);
  if (!existsSync(at(PAGE))) return;
  const page = Math.max(newestSource(PAGE, /\.(tsx?|css|html|svg)$/), mtime(at('package-lock.json')));
  if (mtime(at('dist', 'web', 'index.html')) < page) {
    const args = [bin('vite', 'bin', 'vite.js'), 'build', at(PAGE), '--logLevel', 'warn'];
    await run('Building the web page', process.execPath, args);
  }
}

/** Stops with a clear text when Node is too old; installs and builds only what is missing or stale. */
export async function setUp() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`Node ${process.versions.node} is too old: version 20.19 or later is needed.`);
    process.exit(1);
  }
  await waitForOther();
  if (!installed()) {
    const args = ['ci', '--include=dev', '--ignore-scripts', '--no-fund', '--no-audit'];
    await run('Installing packages, once', 'npm', args, { noted: INSTALLING });
  }
  await build();
}
