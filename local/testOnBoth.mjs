// `.ci/run`: every suite on HashiCorp Vault, and those of the Vault adapter on OpenBao, too.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const KINDS = ['hashicorp', 'openbao'];
const OF_THE_ADAPTER = ['integration/vault', 'integration/system/production'];
const test = fileURLToPath(new URL('test.mjs', import.meta.url));
const say = (line) => void process.stderr.write(`${line}\n`);

/** Runs suites in a process of their own, and counts what it counted. One that ends without a count has failed. */
async function runOn(kind, suites) {
  say(`\nOn ${kind}: ${suites.length === 0 ? 'all suites' : suites.join(', ')}`);
  const env = { ...process.env, LOCAL_VAULT: kind };
  const child = spawn(process.execPath, [test, ...suites], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let end = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    end = `${end}${chunk}`.slice(-1000);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const [, passed = 0, failed = 0] = /\n(\d+) passed, (\d+) failed\s*$/.exec(end) ?? [];
  return { passed: Number(passed), failed: Math.max(Number(failed), code === 0 ? 0 : 1) };
}

/** Ends the process, after the line `N passed, N failed` of both runs together. */
export async function testOnBoth(findVault) {
  const there = [];
  for (const kind of KINDS) {
    const found = await findVault(say, kind).catch((error) => say(error.message));
    if (found !== undefined) there.push(kind);
  }
  if (there.length < KINDS.length)
    say('\nWARNING: the suites of the Vault adapter do not run on both kinds of Vault here.');
  const counts = [];
  for (const [index, kind] of there.entries())
    counts.push(await runOn(kind, index === 0 ? [] : OF_THE_ADAPTER));
  const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1);
}
