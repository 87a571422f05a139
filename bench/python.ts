import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { vaultCacheFile } from '../local/files/paths.js';

/** A Python that has hvac, in an environment of the bench's own, or why there is none. */
export function pythonWithHvac(tell: (line: string) => void): { python: string } | { missing: string } {
  const folder = join(dirname(dirname(vaultCacheFile())), 'bench-python');
  const python = join(folder, 'bin', 'python');
  const has = () => existsSync(python) && spawnSync(python, ['-c', 'import hvac']).status === 0;
  if (has()) return { python };
  tell('Making a Python environment with hvac, once');
  if (spawnSync('python3', ['-m', 'venv', folder]).status !== 0) {
    return { missing: 'python3 with its venv module is not there' };
  }
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'hvac'];
  spawnSync(python, install, { stdio: 'ignore' });
  return has() ? { python } : { missing: 'pip could not install hvac' };
}

/** Runs a script of the bench's folder with JSON on stdin; what it printed, as JSON. Rejects when it fails. */
export function runPython<T>(python: string, script: string, input: unknown): T {
  const done = spawnSync(python, [script], { input: JSON.stringify(input), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${script} failed: ${done.stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(done.stdout) as T;
}
