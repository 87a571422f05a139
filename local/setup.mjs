// Makes a fresh clone runnable: installs exactly what package-lock.json names and compiles. Plain JavaScript, no dependency.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const mtime = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function run(what, command, args) {
  process.stderr.write(`• ${what}\n`);
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status === 0) return;
  process.stderr.write(`✗ ${what} failed: ${done.error?.message ?? `exit code ${done.status}`}\n`);
  process.exit(1);
}

function newestSource(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name.endsWith('.ts')) {
      newest = Math.max(newest, mtime(join(entry.parentPath ?? entry.path, entry.name)));
    }
  }
  return newest;
}

/** Stops with a clear text when Node is too old; installs and builds only what is missing or stale. */
export function setUp() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`Node ${process.versions.node} is too old: version 20.19 or later is needed.\n`);
    process.exit(1);
  }
  if (mtime(at('node_modules', '.package-lock.json')) < mtime(at('package-lock.json'))) {
    run('Installing packages, once', 'npm', [
      'ci',
      '--include=dev',
      '--ignore-scripts',
      '--no-fund',
      '--no-audit',
    ]);
  }
  const sources = ['src', 'local', 'migrations', 'test', 'bench'].filter((d) => existsSync(at(d)));
  const newest = Math.max(...sources.map((d) => newestSource(at(d))), mtime(at('tsconfig.json')));
  if (mtime(at('dist', '.tsbuildinfo')) < newest) {
    run('Compiling', process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
  }
}
