import { ApiError } from '../apiError.js';
import type { Cli, GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { wholeNumber } from '../fieldFlags.js';
import { allCredentials, type CredentialView, findCredential } from '../find.js';
import { printJson, printTable } from '../output.js';
import { note } from '../terminal.js';
import { exitOf, printTest, type TestView } from '../testReport.js';

interface Options extends GlobalOptions {
  all?: boolean;
  type?: string;
  history?: boolean;
  ofVersion?: number;
}

/** Services are waited for, not the broker: more at once brings little. */
const AT_ONCE = 4;
const PAUSE_MS = 5_000;

/** Proves stored credentials against the real services. */
export const test = leaf('test', 'prove a stored credential, or all, against the real service')
  .argument('[credential]', 'name, owner/name or id')
  .option('--all', 'every credential that you may use')
  .option('--type <service_type>', 'with --all: only those of one service')
  .option('--of-version <n>', 'an older version instead of the active one', wholeNumber)
  .option('--history', 'what earlier tests found, without testing')
  .action(
    withBroker<Options>(async (cli, options, [word]) => {
      if ((word === undefined) === (options.all !== true))
        throw new CliError('Name one credential, or say --all.', EXIT.usage);
      if (word === undefined) return testAll(cli, options);
      const credential = await findCredential(cli, word);
      if (options.history) return showHistory(cli, options, credential);
      const tested = await testOne(cli, credential, options.ofVersion);
      if (options.json) printJson(tested);
      else printTest(credential.name, tested);
      process.exitCode = exitOf([tested]);
    }),
  );

async function testOne(cli: Cli, { id }: CredentialView, version?: number): Promise<TestView> {
  const body = version === undefined ? {} : { version };
  return (await cli.call<TestView>(`/api/credentials/${id}/test`, { method: 'POST', body })).body;
}

type Outcome = { credential: CredentialView; test?: TestView; problem?: string };

async function testAll(cli: Cli, options: Options): Promise<void> {
  const filter: Record<string, string> = {
    status: 'active',
    ...(options.type && { service_type: options.type }),
  };
  const waiting: CredentialView[] = [];
  for await (const credential of allCredentials(cli, filter)) waiting.push(credential);
  if (waiting.length === 0) return note('There is no credential to test.');
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

/** One that can't be tested is told and does not end the others; a broker that is away does. */
async function outcomeOf(cli: Cli, credential: CredentialView): Promise<Outcome> {
  try {
    return { credential, test: await testOne(cli, credential) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.problem.status !== 429) return { credential, problem: error.message };
  }
  // The broker bounds tests by the minute; the rest of a long list has time.
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return outcomeOf(cli, credential);
}

const lineOf = ({ credential, test: found, problem }: Outcome) =>
  `${credential.name}: ${found === undefined ? `not tested: ${problem}` : found.code}`;

function report(options: Options, done: readonly Outcome[]): void {
  process.exitCode = exitOf(done.flatMap(({ test: found }) => (found === undefined ? [] : [found])));
  if (options.json) printJson({ items: done.map(forScripts) });
  else printOutcomes(done);
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
      { title: 'WHAT TO DO', value: (row) => row['advice'] },
    ],
    rows.sort((a, b) => a.name.localeCompare(b.name)),
  );
  note(`${rows.filter(({ result }) => result === 'ok').length} of ${rows.length} proven.`);
}

async function showHistory(cli: Cli, options: Options, { id, name }: CredentialView): Promise<void> {
  const { body } = await cli.call<{ items: Record<string, unknown>[] }>(`/api/credentials/${id}/tests`);
  if (options.json) return printJson(body);
  if (body.items.length === 0) return note(`"${name}" was never tested.`);
  printTable(
    [
      { title: 'WHEN', value: (run) => run['tested_at'] },
      { title: 'VERSION', value: (run) => run['version'] },
      { title: 'RESULT', value: (run) => run['code'] },
      { title: 'FAILED AT', value: (run) => run['failed_step'], extra: true },
      { title: 'WARNINGS', value: (run) => run['warnings'], extra: true },
      { title: 'BY', value: (run) => run['caller'], extra: true },
    ],
    body.items,
  );
}
