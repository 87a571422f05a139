import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, from compiled and from source files alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Where the built Vault is kept: outside the checkout, keyed by what it was built from. */
export function vaultCacheFile(): string {
  const sums = readFileSync(join(packageRoot(), 'local', 'vault', 'go.sum'));
  const key = createHash('sha256').update(sums).digest('hex').slice(0, 8);
  return join(cacheFolder(), `vault-1.21.2-${key}`, 'vault');
}

/** Where the program out of Vault's image is kept. */
export function imageVaultFile(): string {
  return join(cacheFolder(), 'vault-1.21.2-image', 'vault');
}

/** What is kept between starts and clones. */
export function cacheFolder(): string {
  const base =
    process.env['GLASSDOME_BROKER_CACHE'] ?? process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'glassdome-broker');
}
