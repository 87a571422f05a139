import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { packageRoot } from '../files/paths.js';

/** What a running broker was started from. */
export interface Compiled {
  source: string;
  migrations: string;
}

/** Fingerprints of the compiled files that the broker loads. The CLI is not among them. */
export function compiled(root = packageRoot()): Compiled {
  const dist = join(root, 'dist');
  return {
    source: fingerprint(join(dist, 'src'), (name) => !name.startsWith(`cli${sep}`)),
    migrations: fingerprint(join(dist, 'migrations'), () => true),
  };
}

function fingerprint(folder: string, counts: (name: string) => boolean): string {
  const hash = createHash('sha256');
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  for (const name of names.filter((each) => each.endsWith('.js') && counts(each)).sort())
    hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
