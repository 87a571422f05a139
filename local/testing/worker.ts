/**
 * A process that runs suite files one after another, as the runner asks over IPC. It stays for the next file: its
 * imports, its Postgres and its Vault are ready then. It ends when the runner disconnects.
 */
import Mocha from 'mocha';
import { patiently } from '../../test/support/patience.js';
import { mochaHooks } from '../../test/support/rootHooks.js';
import { skipReason } from '../../test/support/skipBecause.js';
import { ALIVE_EVERY_MS, type FromWorker, type ToWorker } from './messages.js';

const report = (message: FromWorker): void => void process.send?.(message);

async function runFile(file: string): Promise<void> {
  const mocha = new Mocha({ timeout: 30_000, reporter: 'spec', forbidOnly: true });
  mocha.addFile(file);
  try {
    await mocha.loadFilesAsync();
    bePatient(mocha.suite);
    await new Promise<void>((resolve) => watch(mocha.run(() => resolve())));
  } catch (error) {
    // It does not load, or it has an `only`.
    console.log(error);
    report({ kind: 'failed', title: `${file} can't be run` });
  }
  mocha.dispose();
}

/** The bounds of the suites are for one that has the machine to itself. A hanging test is found later, and that is all. */
function bePatient(suite: Mocha.Suite): void {
  const hooks = ['_beforeAll', '_beforeEach', '_afterEach', '_afterAll'] as const;
  const own = suite as unknown as Record<(typeof hooks)[number], Mocha.Hook[]>;
  for (const one of [suite, ...suite.tests, ...hooks.flatMap((name) => own[name])])
    one.timeout(patiently(one.timeout()));
  for (const inner of suite.suites) bePatient(inner);
}

function watch(runner: Mocha.Runner): void {
  runner.on('pass', () => report({ kind: 'passed' }));
  runner.on('fail', (test, error) => {
    // What the broker logs of an error, such as the code of Postgres; its message is for callers.
    const { log } = error as { log?: string };
    if (log !== undefined) console.log(`    logged as: ${log}`);
    report({ kind: 'failed', title: test.fullTitle() });
  });
  runner.on('pending', (test) =>
    report({ kind: 'skipped', title: test.fullTitle(), reason: skipReason(test) }),
  );
}

process.on('message', async ({ file }: ToWorker) => {
  await runFile(file);
  report({ kind: 'ended' });
});
process.once('disconnect', async () => {
  await mochaHooks.afterAll();
  // By this the servers of this process end, too.
  process.exit(0);
});
setInterval(() => report({ kind: 'alive' }), ALIVE_EVERY_MS).unref();
