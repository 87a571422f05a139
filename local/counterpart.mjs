// `npm run counterpart -- vcsim`: builds a real server for the conformance suite, once, outside the checkout.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KNOWN = ['vcsim', 'kube-apiserver'];
const [name = ''] = process.argv.slice(2);
if (!KNOWN.includes(name)) {
  process.stderr.write(`Name one of: ${KNOWN.join(', ')}\n`);
  process.exit(2);
}
const source = fileURLToPath(new URL(`../test/real/${name}/`, import.meta.url));
const folder = join(homedir(), '.cache', 'glassdome-broker', 'counterparts', name);
mkdirSync(folder, { recursive: true });
process.stdout.write(`Building ${name}; this takes minutes the first time …\n`);
const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, name), '.'];
const built = spawnSync('go', args, {
  cwd: source,
  stdio: 'inherit',
  env: { ...process.env, CGO_ENABLED: '0' },
});
if (built.error !== undefined) process.stderr.write('Go is needed to build it: it is not on PATH.\n');
process.exit(built.status ?? 1);
