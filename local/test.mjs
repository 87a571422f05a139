// `npm test`: sets up what is missing, runs every suite, and ends with the line `N passed, N failed`.
// `npm test -- integration/vault` runs those whose path begins so, `--both-vaults` what .ci/run needs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

await setUp();
process.chdir(root);
// Built before the first suite begins: no suite waits for minutes, and none finds it missing.
const { findVault } = await import('../dist/local/vault/vaultBinary.js');
const wanted = process.argv.slice(2);
if (wanted[0] === '--both-vaults') {
  const { testOnBoth } = await import('./testOnBoth.mjs');
  await testOnBoth(findVault);
}
const { path, kind, version } = await findVault((line) => process.stderr.write(`${line}\n`));
process.stderr.write(`The suites that need a Vault run on ${kind} ${version} (${path}).\n`);
const { default: Mocha } = await import('mocha');
const { mochaHooks } = await import('../dist/test/support/rootHooks.js');
const mocha = new Mocha({ rootHooks: mochaHooks, timeout: 30_000, reporter: 'spec', forbidOnly: true });
const suites = ['unit', 'conformance', 'integration'].flatMap((kind) => {
  const folder = join('dist', 'test', kind);
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map((name) => join(folder, name)) : [];
});
// A compiled suite whose source is gone would still run, so only those with a source count.
const isWanted = (file) =>
  wanted.length === 0 || wanted.some((one) => file.startsWith(join('dist', 'test', one)));
const sourceOf = (file) => file.replace(/^dist./, '').replace(/js$/, 'ts');
for (const file of suites
  .filter((f) => f.endsWith('.test.js') && isWanted(f) && existsSync(sourceOf(f)))
  .sort())
  mocha.addFile(file);
await mocha.loadFilesAsync();
let passed = 0;
let failed = 0;
const runner = mocha.run((failures) => {
  failed = Math.max(failed, failures);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
});
runner.on('pass', () => {
  passed += 1;
});
runner.on('fail', () => {
  failed += 1;
});
