import { Command } from 'commander';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { withAdvice } from '../../client/deliveryAdvice.js';
import { CHANNELS, type Channel, findChannel } from '../../client/findChannel.js';
import { listed, tellMore } from '../../client/pages.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { type ChannelOptions, channelBody, channelFlags } from '../../forms/channelFlags.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { printJson, printTable } from '../../terminal/output.js';
import { confirm, note, say } from '../../terminal/terminal.js';

type Row = Record<string, unknown>;
interface DeliveryOptions extends GlobalOptions {
  state?: string;
  limit: number;
}
interface AddOptions extends ChannelOptions {
  events?: true;
}
interface RemoveOptions extends GlobalOptions {
  yes?: boolean;
}

const list = leaf('list', 'list channels and the state of their deliveries').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Channel[] }>(CHANNELS);
    if (json) return printJson(body);
    if (body.items.length === 0)
      return note('No channels yet, so no notices are sent. Create one: glassdome channels add');
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
      [row['events'] === true ? ['events'] : row['kinds'], row['labels'], row['team']]
        .map(shown)
        .filter(Boolean),
    extra: true,
  },
  { title: 'STATE', value: (row: Row) => (row['paused'] === true ? 'paused' : 'on') },
  { title: 'WAITING', value: (row: Row) => row['pending'] },
  { title: 'GIVEN UP', value: (row: Row) => row['dead'] },
  { title: 'LAST SENT', value: (row: Row) => row['last_sent_at'], extra: true },
  { title: 'LAST ERROR', value: (row: Row) => row['last_code'] },
];

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? `team ${value}`
    : Array.isArray(value)
      ? value.join(' ')
      : Object.entries(value ?? {})
          .map(([key, word]) => `${key}=${word}`)
          .join(' ');

const add = channelFlags(leaf('add', 'add a channel; the signing secret of a webhook is shown once'))
  .argument('<name>', 'e.g. on-call')
  .argument('<kind>', 'mail, slack, teams or webhook')
  .option('--events', 'for a webhook: send changes as they happen instead of notices')
  .action(
    withBroker<AddOptions>(async (cli, options, [name = '', kind = '']) => {
      const body = { name, kind, events: options.events, ...(await channelBody(options)) };
      const { body: made } = await cli.call<Channel & { signing_secret: string | null }>(CHANNELS, {
        method: 'POST',
        body,
      });
      if (options.json) return printJson(made);
      note(`Created channel ${made.name}. Try it: glassdome channels test ${made.name}`);
      if (made.signing_secret === null) return;
      note('Signing secret (shown only once):');
      say(made.signing_secret);
    }),
  );

const change = channelFlags(leaf('change', 'change settings of a channel and retry pending messages'))
  .argument('<channel>', 'name or id')
  .option('--name <name>', 'new name')
  .action(
    withBroker<ChannelOptions & { name?: string }>(async (cli, options, [word = '']) => {
      const { name } = options;
      const body = { ...(await channelBody(options)), ...(name !== undefined && { name }) };
      if (Object.keys(body).length === 0)
        throw new CliError(
          'Nothing to change. See glassdome channels change --help for the options.',
          EXIT.usage,
        );
      await patch(cli, word, { body, json: options.json === true, done: 'Changed' });
    }),
  );

const pause = leaf('pause', 'pause a channel; new messages wait')
  .argument('<channel>', 'name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) =>
      patch(cli, word, { body: { paused: true }, json: json === true, done: 'Paused' }),
    ),
  );

const resume = leaf('resume', 'resume a channel; waiting messages are sent as one')
  .argument('<channel>', 'name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) =>
      patch(cli, word, { body: { paused: false }, json: json === true, done: 'Resumed' }),
    ),
  );

async function patch(
  cli: Cli,
  word: string,
  { body, json, done }: { body: object; json: boolean; done: string },
): Promise<void> {
  const { id, name } = await findChannel(cli, word);
  const { body: after } = await cli.call<Channel>(`${CHANNELS}/${id}`, { method: 'PATCH', body });
  if (json) printJson(after);
  else note(`${done} ${name}.`);
}

const deliveries = leaf('deliveries', 'list deliveries of a channel, newest first')
  .argument('<channel>', 'name or id')
  .option('--state <state>', 'pending, sent or dead (given up)')
  .option('--limit <n>', 'maximum number of results', atLeastOne, 50)
  .action(
    withBroker<DeliveryOptions>(async (cli, { json, state, limit }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      const page = await listed(cli, `${CHANNELS}/${id}/deliveries`, { limit, filter: { state } });
      if (json) return printJson(page);
      if (page.items.length === 0)
        return note(state === undefined ? `No deliveries to ${name} yet.` : 'No deliveries match.');
      printTable(deliveryColumns, page.items);
      tellMore(page);
    }),
  );

const noticeOf = (row: Row) => row['notice'] as Row;
const deliveryColumns = [
  { title: 'SINCE', value: (row: Row) => row['handed_over_at'] },
  { title: 'STATE', value: (row: Row) => row['state'], toned: true },
  { title: 'SEVERITY', value: (row: Row) => noticeOf(row)['severity'], toned: true },
  { title: 'WHAT', value: (row: Row) => noticeOf(row)['text'] },
  { title: 'TRIES', value: (row: Row) => row['attempts'] },
  { title: 'LAST ERROR', value: (row: Row) => row['last_code'] },
  { title: 'SENT', value: (row: Row) => row['sent_at'], extra: true },
  { title: 'STILL TO', value: (row: Row) => row['only_to'], extra: true },
];

const test = leaf('test', 'send a test message now')
  .argument('<channel>', 'name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      const { body } = await cli.call<{ ok: boolean; code: string | null }>(`${CHANNELS}/${id}/test`, {
        method: 'POST',
      });
      if (json) printJson(body);
      else note(body.ok ? `Sent to ${name}.` : `Not sent to ${name}: ${withAdvice(body.code)}`);
      if (!body.ok) process.exitCode = EXIT.failed;
    }),
  );

const retry = leaf('retry', 'retry deliveries that were given up')
  .argument('<channel>', 'name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      const { body } = await cli.call<{ revived: number }>(`${CHANNELS}/${id}/retry`, { method: 'POST' });
      if (json) printJson(body);
      else note(`${body.revived} for ${name} will be retried within a minute.`);
    }),
  );

const remove = leaf('remove', 'remove a channel and drop its waiting messages')
  .argument('<channel>', 'name or id')
  .option('--yes', 'do not ask')
  .action(
    withBroker<RemoveOptions>(async (cli, { json, yes }, [word = '']) => {
      const { id, name } = await findChannel(cli, word);
      await confirm(`Remove ${name} and its waiting messages?`, yes);
      await cli.call(`${CHANNELS}/${id}`, { method: 'DELETE' });
      if (json) printJson({ id, name, status: 'removed' });
      else note(`Removed ${name}.`);
    }),
  );

/** Where notices are sent. */
export const channels = new Command('channels').description('manage where notices are sent (admins)');
for (const command of [list, add, change, pause, resume, test, deliveries, retry, remove])
  channels.addCommand(command);
