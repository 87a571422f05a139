import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../files/paths.js';
import { startChild } from '../process/child.js';
import type { Running } from '../process/supervisor.js';

/** Several checkers work out the same types, each for itself: after a save one alone is twice as fast. */
const FLAGS = ['--watch', '--preserveWatchOutput', '--checkers', '1'];
const STARTED = /Starting compilation in watch mode/;
const CHANGED = /File change detected/;
const FINISHED = /Found (\d+) errors?\. Watching for file changes/;

export interface Compilation {
  errors: number;
  /** When the compiler noticed the change (ms since 1970). */
  since: number;
}

/** Starts `tsc --watch`. Resolves after the first compilation; errors of the source go to `say`. */
export async function startCompiler(options: {
  pidFile: string;
  say(line: string): void;
  onCompiled(compilation: Compilation): void;
}): Promise<Running> {
  const root = packageRoot();
  const args = [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'local', 'dev')];
  const how = { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
  const child = startChild(process.execPath, [...args, ...FLAGS], how, options.pidFile);
  await firstOf(child, options);
  return { child, stop: () => stopGroup(child) };
}

async function firstOf(child: ChildProcess, options: Parameters<typeof startCompiler>[0]): Promise<void> {
  if (child.stdout === null) throw new Error('The compiler has no output');
  let since = Date.now();
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The compiler ended during its first run')));
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      const errors = FINISHED.exec(line)?.[1];
      if (CHANGED.test(line)) forgetBuild();
      if (CHANGED.test(line) || STARTED.test(line)) since = Date.now();
      else if (errors === undefined && line.trim() !== '') options.say(line);
      if (errors === undefined) return;
      options.onCompiled({ errors: Number(errors), since });
      resolve();
    });
  });
}

/**
 * What `npm run build` knows of its last output is wrong as soon as this compiler writes there: a source that is put back
 * as it was would not be compiled again.
 */
function forgetBuild(): void {
  rmSync(join(packageRoot(), 'dist', '.tsbuildinfo'), { force: true });
}

/** The script of the package starts the native compiler as its child: both are ended. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}
