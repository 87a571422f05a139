import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot, vaultCacheFile } from '../files/paths.js';

const LDFLAGS = '-s -w -X github.com/hashicorp/vault/version.fullVersion=1.21.2';
/** Packages that a cold build compiles; only for the progress line. */
const ABOUT_PACKAGES = 2400;

/** One build, no matter how many ask for it meanwhile. */
let building: Promise<void> | undefined;

/** Builds HashiCorp Vault from its Go module, once, and keeps it in the cache. Rejects with what Go printed last. */
export async function buildVault(progress: (line: string) => void): Promise<string> {
  const target = vaultCacheFile();
  building ??= build(target, progress);
  await building;
  return target;
}

const WORK = 'glassdome-vault-';

/** A build that was killed could not take its modules and caches away, about 3 GB. */
function sweepKilledBuilds(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${WORK}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !runs(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function build(target: string, progress: (line: string) => void): Promise<void> {
  progress('Building HashiCorp Vault 1.21.2 from its Go module: once, about 10 minutes on two cores.');
  sweepKilledBuilds();
  const work = mkdtempSync(join(tmpdir(), `${WORK}${process.pid}-`));
  const drop = () => rmSync(work, { recursive: true, force: true });
  process.once('exit', drop);
  try {
    cpSync(join(packageRoot(), 'local', 'vault'), join(work, 'src'), { recursive: true });
    await compile(work, progress);
    // Renamed only when whole, so that an interrupted or second build never leaves half a binary.
    mkdirSync(dirname(target), { recursive: true });
    const staged = `${target}.${process.pid}`;
    cpSync(join(work, 'vault'), staged);
    chmodSync(staged, 0o755);
    renameSync(staged, target);
    progress('Vault is built and kept for the next start.');
  } finally {
    process.off('exit', drop);
    drop();
  }
}

function compile(work: string, progress: (line: string) => void): Promise<void> {
  const began = Date.now();
  const env = {
    ...process.env,
    GOMODCACHE: join(work, 'mod'),
    GOCACHE: join(work, 'cache'),
    GOFLAGS: '-modcacherw -mod=mod',
    GOTOOLCHAIN: 'auto',
  };
  const args = [
    'build',
    '-v',
    '-tags',
    'minimal',
    '-trimpath',
    '-ldflags',
    LDFLAGS,
    '-o',
    join(work, 'vault'),
    '.',
  ];
  const go = spawn('go', args, { cwd: join(work, 'src'), env, stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = () => go.kill('SIGTERM');
  process.once('exit', kill);
  const last: string[] = [];
  let packages = 0;
  createInterface({ input: go.stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > 8) last.shift();
    if (!line.includes(' ') && line.includes('/')) packages += 1;
  });
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    const share = Math.min(99, Math.round((packages / ABOUT_PACKAGES) * 100));
    progress(`Building Vault: ${packages === 0 ? 'fetching its modules' : `about ${share} %`}, ${seconds} s`);
  }, 15_000);
  return new Promise((resolve, reject) => {
    go.once('error', reject);
    go.once('close', (code) => {
      clearInterval(ticker);
      process.off('exit', kill);
      if (code === 0) resolve();
      else reject(new Error(`Building Vault failed (go exited with ${code}):\n  ${last.join('\n  ')}`));
    });
  });
}
