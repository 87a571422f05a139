import { Command } from 'commander';
import type { Cli, GlobalOptions } from '../cli.js';
import { leaf, repeated, withBroker } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { printJson, printTable } from '../output.js';
import { secretInput } from '../secretInput.js';
import { readText } from '../settings.js';
import { confirm, note, say } from '../terminal.js';

type Row = Record<string, unknown>;
interface Channel extends Row {
  id: string;
  name: string;
  kind: string;
}
interface AddOptions extends GlobalOptions {
  to?: string[];
  url?: string | true;
  minSeverity?: string;
  only?: string[];
  label?: string[];
  ca?: string;
  events?: true;
}
interface RemoveOptions extends GlobalOptions {
  yes?: boolean;
}

const PATH = '/api/notifications/channels';

const list = leaf('list', 'where notices go, and how their deliveries stand').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Channel[] }>(PATH);
    if (json) return printJson(body);
    if (body.items.length === 0)
      return note('No channel yet: nobody is told. Make one: glassdome channels add');
    printTable(columns, body.items);
  }),
);

const columns = [
  { title: 'NAME', value: (row: Row) => row['name'] },
  { title: 'KIND', value: (row: Row) => row['kind'] },
  { title: 'TO', value: (row: Row) => row['target'] },
  { title: 'FROM', value: (row: Row) => row['min_severity'] },
  {
    title: 'ONLY',
    value: (row: Row) =>
      [row['events'] === true ? ['events'] : row['kinds'], row['labels']].map(shown).filter(Boolean),
    extra: true,
  },
  { title: 'WAITING', value: (row: Row) => row['pending'] },
  { title: 'GIVEN UP', value: (row: Row) => row['dead'] },
  { title: 'LAST SENT', value: (row: Row) => row['last_sent_at'], extra: true },
  { title: 'TROUBLE', value: (row: Row) => row['last_code'] },
];

const shown = (value: unknown): string =>
  Array.isArray(value)
    ? value.join(' ')
    : Object.entries(value ?? {})
        .map(([key, word]) => `${key}=${word}`)
        .join(' ');

const add = leaf('add', 'a new channel; the secret that signs a webhook is shown once')
  .argument('<name>', 'e.g. on-call')
  .argument('<kind>', 'mail, slack, teams or webhook')
  .option('--to <address>', 'of mail; may be repeated', repeated)
  .option('--url [url]', 'of the others: @file, - for stdin, or alone to be asked')
  .option('--min-severity <severity>', 'info (default), warning or critical: nothing less')
  .option('--only <kind>', 'only this kind of notice, e.g. expiring; may be repeated', repeated)
  .option('--label <key=value>', 'only about credentials with this label; may be repeated', repeated)
  .option('--events', 'of a webhook: what changes, as it changes, in place of notices')
  .option('--ca <file>', 'of a webhook: the authority of the receiver')
  .action(
    withBroker<AddOptions>(async (cli, options, [name = '', kind = '']) => {
      const url = options.url === undefined ? undefined : await secretInput('URL', '--url', options.url);
      const body = {
        name,
        kind,
        to: options.to,
        url: url?.reveal().trim(),
        min_severity: options.minSeverity,
        kinds: options.only,
        labels: labelsOf(options.label),
        events: options.events,
        ca_pem: options.ca === undefined ? undefined : readText(options.ca, '--ca'),
      };
      const { body: made } = await cli.call<Channel & { signing_secret: string | null }>(PATH, {
        method: 'POST',
        body,
      });
      if (options.json) return printJson(made);
      note(`Made ${made.name}. Try it: glassdome channels test ${made.name}`);
      if (made.signing_secret === null) return;
      note('What is sent there is signed with this secret, shown this once:');
      say(made.signing_secret);
    }),
  );

function labelsOf(words: string[] | undefined): Record<string, string> | undefined {
  if (words === undefined) return undefined;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new CliError('--label must be key=value', EXIT.usage);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

const test = leaf('test', 'send a test now')
  .argument('<channel>', 'name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      const { body } = await cli.call<{ ok: boolean; code: string | null }>(`${PATH}/${id}/test`, {
        method: 'POST',
      });
      if (json) printJson(body);
      else note(body.ok ? `Sent to ${name}.` : `Not sent to ${name}: ${body.code}`);
      if (!body.ok) process.exitCode = EXIT.failed;
    }),
  );

const retry = leaf('retry', 'try again what was given up')
  .argument('<channel>', 'name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      const { body } = await cli.call<{ revived: number }>(`${PATH}/${id}/retry`, { method: 'POST' });
      if (json) printJson(body);
      else note(`${body.revived} for ${name} will be tried again within a minute.`);
    }),
  );

const remove = leaf('remove', 'end a channel; what waits for it is dropped')
  .argument('<channel>', 'name or id')
  .option('--yes', 'do not ask')
  .action(
    withBroker<RemoveOptions>(async (cli, { json, yes }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      await confirm(`Remove ${name} and what waits for it?`, yes);
      await cli.call(`${PATH}/${id}`, { method: 'DELETE' });
      if (json) printJson({ id, name, status: 'removed' });
      else note(`Removed ${name}.`);
    }),
  );

async function findChannel(cli: Cli, word: string): Promise<Channel> {
  const { body } = await cli.call<{ items: Channel[] }>(PATH);
  const found = body.items.find((channel) => channel.id === word || channel.name === word);
  if (found !== undefined) return found;
  const known = body.items.map(({ name }) => name).join(', ');
  throw new CliError(
    `There is no channel "${word}".`,
    EXIT.notFound,
    known === '' ? undefined : `There are: ${known}`,
  );
}

/** Where notices go. */
export const channels = new Command('channels').description('where notices go (admins)');
for (const command of [list, add, test, retry, remove]) channels.addCommand(command);
