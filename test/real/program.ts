import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where programs that were built for these suites stand, one folder each. */
export const BUILT = join(homedir(), '.cache', 'glassdome-broker', 'counterparts');

/** The program's path, if it is installed or was built; no test installs anything by itself. */
export function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/bin',
    join(BUILT, name),
  ];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Starts programs in a scratch folder of their own, which goes away with them. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'broker-real-'));
  readonly #children: ChildProcess[] = [];

  /** The last lines of its output tell why, when it does not come up. */
  start(program: string, args: readonly string[], env: Record<string, string> = {}): () => string {
    const child = spawn(program, args, { cwd: this.folder, env: { ...process.env, ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output = (output + String(chunk)).slice(-2_000);
      });
    child.on('error', (error) => {
      output += error.message;
    });
    this.#children.push(child);
    return () => output;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(ended));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
  });
}

/** Asks again and again until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>, output: () => string): Promise<void> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    if (await isSo().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come up: ${output()}`);
}
