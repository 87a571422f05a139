import { ApiError } from '../../client/apiError.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { listed, tellMore } from '../../client/pages.js';
import { CliError, EXIT, type ExitCode } from '../../exitCodes.js';
import { atLeastOne, wholeNumber } from '../../forms/fieldFlags.js';
import { exitOf, printTest, type TestView } from '../../forms/testReport.js';
import { printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  all?: boolean;
  type?: string;
  history?: boolean;
  ofVersion?: number;
  limit?: number;
}

/** Services are waited for, not the broker: more at once brings little. */
const AT_ONCE = 4;
const PAUSE_MS = 5_000;

/** Proves stored credentials against the real services. */
export const test = leaf('test', 'test one or all stored credentials against the real service')
  .argument('[credential]', 'name, owner/name or id')
  .option('--all', 'test every credential that you may use')
  .option('--type <service_type>', 'with --all: only this service type')
  .option('--of-version <n>', 'test an older version instead of the active one', wholeNumber)
  .option('--history', 'show the results of earlier tests, without testing')
  .option('--limit <n>', 'with --history: maximum number of results', atLeastOne)
  .action(
    withBroker<Options>(async (cli, options, [word]) => {
      refuseIdle(word, options);
      if (word === undefined) return testAll(cli, options);
      const credential = await findCredential(cli, word);
      if (options.history) return showHistory(cli, options, credential);
      const tested = await testOne(cli, credential, options.ofVersion);
      if (options.json) printJson(tested);
      else printTest(credential.name, tested);
      process.exitCode = exitOf([tested]);
    }),
  );

/** Options that would have no effect are refused. */
function refuseIdle(word: string | undefined, options: Options): void {
  const { all, type, history, ofVersion, limit } = options;
  const idle = [
    [(word === undefined) === (all !== true), 'Name one credential, or use --all.'],
    [all !== true && type !== undefined, '--type requires --all.'],
    [all === true && history === true, '--history needs one credential: name it instead of --all.'],
    [
      (all === true || history === true) && ofVersion !== undefined,
      '--of-version requires a test of one credential.',
    ],
    [history !== true && limit !== undefined, '--limit requires --history.'],
  ] as const;
  const wrong = idle.find(([is]) => is);
  if (wrong !== undefined) throw new CliError(wrong[1], EXIT.usage);
}

async function testOne(cli: Cli, { id }: CredentialView, version?: number): Promise<TestView> {
  const body = version === undefined ? {} : { version };
  return (await cli.call<TestView>(`/api/credentials/${id}/test`, { method: 'POST', body })).body;
}

interface Outcome {
  credential: CredentialView;
  test?: TestView;
  problem?: string;
  /** Why there is no test, where that is more than that there can be none. */
  exit?: ExitCode;
}

async function testAll(cli: Cli, options: Options): Promise<void> {
  const filter = { status: 'active', service_type: options.type };
  const { items: waiting } = await listed<CredentialView>(cli, '/api/credentials', { filter });
  if (waiting.length === 0) return note('No credentials to test.');
  const total = waiting.length;
  const done: Outcome[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await outcomeOf(cli, next);
      done.push(outcome);
      note(`${String(done.length).padStart(String(total).length)}/${total} ${lineOf(outcome)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  report(options, done);
}

/** May not be used by the caller, went away meanwhile, or says nothing of how to test it. */
const NOT_MINE: readonly number[] = [403, 404, 409];

/** A credential that can't be tested is reported and does not stop the others; an unavailable broker does. */
async function outcomeOf(cli: Cli, credential: CredentialView): Promise<Outcome> {
  try {
    return { credential, test: await testOne(cli, credential) };
  } catch (error) {
    // Without a login all others would end the same way.
    if (!(error instanceof ApiError) || error.exitCode === EXIT.login) throw error;
    const { status } = error.problem;
    if (NOT_MINE.includes(status)) return { credential, problem: error.message };
    if (status !== 429) return { credential, problem: error.message, exit: error.exitCode };
  }
  // The broker bounds tests by the minute; the rest of a long list has time.
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return outcomeOf(cli, credential);
}

const lineOf = ({ credential, test: found, problem }: Outcome) =>
  `${credential.name}: ${found === undefined ? `not tested: ${problem}` : found.code}`;

function report(options: Options, done: readonly Outcome[]): void {
  process.exitCode = exitOfAll(done);
  if (options.json) printJson({ items: done.map(forScripts) });
  else printOutcomes(done);
}

/** The most important first: refused by a service, not tested because the broker could not, not proven. */
function exitOfAll(done: readonly Outcome[]): ExitCode {
  const tested = exitOf(done.flatMap(({ test: found }) => (found === undefined ? [] : [found])));
  const failed = done.flatMap(({ exit }) => (exit === undefined ? [] : [exit]));
  if (tested === EXIT.rejected || failed.length === 0) return tested;
  return failed.includes(EXIT.unavailable) ? EXIT.unavailable : EXIT.failed;
}

const forScripts = ({ credential, test: found, problem }: Outcome) => ({
  id: credential.id,
  name: credential.name,
  service_type: credential.service_type,
  test: found ?? null,
  problem: problem ?? null,
});

function printOutcomes(done: readonly Outcome[]): void {
  const rows = done.map(({ credential, test: found, problem }) => ({
    ...credential,
    result: found?.code ?? 'not tested',
    advice: found?.code === 'ok' ? '' : (found?.advice ?? problem),
  }));
  printTable(
    [
      { title: 'NAME', value: (row) => row['name'] },
      { title: 'SERVICE', value: (row) => row['service_type'] },
      { title: 'RESULT', value: (row) => row['result'] },
      { title: 'WHAT TO DO', value: (row) => row['advice'], wraps: true },
    ],
    rows.sort((a, b) => a.name.localeCompare(b.name)),
  );
  note(`${rows.filter(({ result }) => result === 'ok').length} of ${rows.length} proven.`);
}

async function showHistory(cli: Cli, options: Options, { id, name }: CredentialView): Promise<void> {
  const page = await listed(cli, `/api/credentials/${id}/tests`, { limit: options.limit });
  const { items } = page;
  if (options.json) return printJson({ items });
  if (items.length === 0) return note(`"${name}" was never tested.`);
  printTable(
    [
      { title: 'WHEN', value: (run) => run['tested_at'] },
      { title: 'VERSION', value: (run) => run['version'] },
      { title: 'RESULT', value: (run) => run['code'] },
      { title: 'FAILED AT', value: (run) => run['failed_step'], extra: true },
      { title: 'WARNINGS', value: (run) => run['warnings'], extra: true },
      { title: 'BY', value: (run) => run['caller'], extra: true },
      { title: 'WHAT TO DO', value: (run) => run['advice'], extra: true, wraps: true },
    ],
    items,
  );
  tellMore(page);
}
