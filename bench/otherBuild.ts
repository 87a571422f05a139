import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../local/files/paths.js';

export interface OtherBuild {
  /** Its short hash. */
  commit: string;
  /** The folder that has its `dist`. */
  root: string;
}

/**
 * Another commit, built in a worktree in a temporary folder with the packages of this one; removed when the process
 * ends. Throws where it does not build.
 */
export function buildCommit(name: string): OtherBuild {
  const here = packageRoot();
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const commit = git('rev-parse', '--short', '--verify', `${name}^{commit}`);
  const scratch = mkdtempSync(join(tmpdir(), 'broker-commit-'));
  const root = join(scratch, commit);
  process.once('exit', () => {
    rmSync(scratch, { recursive: true, force: true });
    git('worktree', 'prune');
  });
  process.stderr.write(`• Build ${commit}\n`);
  git('worktree', 'add', '--detach', root, commit);
  symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
  const compiler = join(here, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', root], { cwd: root, stdio: 'inherit' });
  return { commit, root };
}
