/** `npm test`: every suite, or those that are named; ends with the line `N passed, N failed`. */
import { availableParallelism } from 'node:os';
import { findVault } from '../vault/vaultBinary.js';
import type { VaultKind } from '../vault/vaultKind.js';
import { lastLine, summary } from './report.js';
import { runSuites, type SuiteResult } from './runSuites.js';
import { fileOf, findSuites, SuiteSeconds } from './suites.js';

/** With `--both-vaults` these run on the second kind of Vault, too. */
const OF_THE_ADAPTER = ['integration/vault', 'integration/system/production'];
const LIMITS = { silentMs: 10 * 60_000, fileMs: 40 * 60_000 };
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Resolves with the exit code. */
export async function testRun(root: string, words: readonly string[]): Promise<number> {
  const both = words[0] === '--both-vaults';
  const results: SuiteResult[] = [];
  const seconds = new SuiteSeconds(root);
  const stopped = stopOnSignal();
  for (const [index, kind] of (both ? await bothKinds() : [undefined]).entries()) {
    const { path, kind: found, version } = await findVault(say, kind);
    say(`\nThe suites that need a Vault run on ${found} ${version} (${path}).`);
    const wanted = index === 0 ? words.slice(both ? 1 : 0) : OF_THE_ADAPTER;
    const options = {
      suites: seconds.longestFirst(findSuites(root, wanted)),
      fileOf: (suite: string) => fileOf(root, suite),
      workers: workers(),
      env: { ...process.env, ...(kind === undefined ? {} : { LOCAL_VAULT: kind }) },
      limits: LIMITS,
      onResult: (result: SuiteResult) => {
        results.push(result);
        if (index === 0) seconds.note(result.suite, result.seconds);
        process.stdout.write(result.output);
      },
    };
    await runSuites(options, stopped);
  }
  seconds.save();
  process.stdout.write(`\n${summary(results)}\n${lastLine(results)}\n`);
  return exitCode(results, stopped);
}

/** How many suites run at the same time. */
function workers(): number {
  const word = process.env['TEST_WORKERS'];
  if (word === undefined || word === '') return availableParallelism();
  if (!/^[1-9]\d*$/.test(word)) throw new Error('TEST_WORKERS must be a whole number from 1');
  return Number(word);
}

async function bothKinds(): Promise<VaultKind[]> {
  const there: VaultKind[] = [];
  for (const kind of ['hashicorp', 'openbao'] as const) {
    const found = await findVault(say, kind).catch((error: Error) => say(error.message));
    if (found !== undefined) there.push(kind);
  }
  if (there.length < 2)
    say('\nWARNING: the suites of the Vault adapter do not run on both kinds of Vault here.');
  return there;
}

/** Aborted by a signal, with the exit code as the reason. */
function stopOnSignal(): AbortSignal {
  const stopped = new AbortController();
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => stopped.abort(code));
  return stopped.signal;
}

function exitCode(results: readonly SuiteResult[], stopped: AbortSignal): number {
  if (stopped.aborted) return Number(stopped.reason);
  const passed = results.some((result) => result.passed > 0);
  return passed && results.every(({ failed }) => failed.length === 0) ? 0 : 1;
}
