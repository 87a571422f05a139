import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { imageVaultFile } from '../files/paths.js';

export const VAULT_IMAGE = 'hashicorp/vault:1.21.2';
const PULL_MS = 10 * 60_000;

/**
 * Vault's program out of its official image, where a Docker daemon answers and has the image or can pull it; undefined
 * where not. It is taken out rather than run in a container: one way of starting, stopping and unsealing serves every
 * source of Vault, and its data stays an ordinary folder.
 */
export async function vaultFromImage(progress: (line: string) => void): Promise<string | undefined> {
  const target = imageVaultFile();
  if (existsSync(target)) return target;
  // The program in the image is one for Linux.
  if (process.platform !== 'linux' || (await docker(['version'], 10_000)) === undefined) return undefined;
  if ((await docker(['image', 'inspect', VAULT_IMAGE], 10_000)) === undefined) {
    progress(`Pulling ${VAULT_IMAGE}, once.`);
    if ((await docker(['pull', '--quiet', VAULT_IMAGE], PULL_MS)) === undefined) {
      progress(`${VAULT_IMAGE} can't be pulled here.`);
      return undefined;
    }
  }
  return takeOut(target);
}

async function takeOut(target: string): Promise<string | undefined> {
  const container = await docker(['create', VAULT_IMAGE], 60_000);
  if (container === undefined) return undefined;
  const staged = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    const copied = await docker(['cp', '--follow-link', `${container}:/bin/vault`, staged], 60_000);
    // One that does not run here (another processor, say) is as good as none.
    if (copied === undefined || spawnSync(staged, ['version'], { stdio: 'ignore' }).status !== 0)
      return undefined;
    renameSync(staged, target);
    return target;
  } finally {
    rmSync(staged, { force: true });
    await docker(['rm', '--force', container], 60_000);
  }
}

/** What the command printed; undefined when it failed, did not end in time, or is not installed. */
function docker(args: readonly string[], timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeoutMs });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
    });
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 ? printed.trim() : undefined));
  });
}
