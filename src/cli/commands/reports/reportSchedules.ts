import { Command } from 'commander';
import type { z } from 'zod';
import type { reportScheduleAnswer } from '../../../api/reports.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { findChannel } from '../../client/findChannel.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson, printTable } from '../../terminal/output.js';
import { confirm, note } from '../../terminal/terminal.js';

type Schedule = z.output<typeof reportScheduleAnswer>;
interface AddOptions extends GlobalOptions {
  team?: string;
  timezone?: string;
  channel?: string[];
}
interface ChangeOptions extends Omit<AddOptions, 'team'> {
  name?: string;
  expression?: string;
}
interface RemoveOptions extends GlobalOptions {
  yes?: boolean;
}

const PATH = '/api/reports/schedules';

const list = leaf('list', 'list report schedules (admins: all, others: of their teams)').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Schedule[] }>(PATH);
    if (json) return printJson(body);
    if (body.items.length === 0) return note('No schedules yet. Create one: glassdome reports schedules add');
    printTable(
      [
        { title: 'NAME', value: (row) => row['name'] },
        { title: 'OF', value: (row) => row['team'] ?? 'all' },
        { title: 'WHEN', value: (row) => row['expression'] },
        { title: 'IN', value: (row) => row['timezone'] },
        { title: 'NEXT', value: (row) => (row['enabled'] === true ? row['next_due_at'] : 'disabled') },
        { title: 'CHANNELS', value: channelsOf, extra: true },
        { title: 'ID', value: (row) => row['id'], extra: true },
      ],
      body.items,
    );
  }),
);

/** All that ask for reports, or those that were chosen and are still there. */
function channelsOf({ channels }: Record<string, unknown>): unknown {
  if (!Array.isArray(channels)) return 'all';
  return channels.length === 0 ? 'none' : channels;
}

const add = leaf('add', 'add a schedule that creates reports (admins; leads for their team)')
  .argument('<name>', 'e.g. weekly')
  .argument('<expression>', 'cron, five fields: "0 6 * * 1" is Mondays at six')
  .option('--team <name>', 'report on credentials shared with this team (default: all)')
  .option('--timezone <zone>', 'e.g. Europe/Berlin (default: UTC)')
  .option('--channel <channel>', 'send only to this channel, name or id (admins); may be repeated', repeated)
  .action(
    withBroker<AddOptions>(async (cli, { json, team, timezone, channel }, [name, expression]) => {
      const channels = channel && (await channelIds(cli, channel));
      const body = { name, expression, team, timezone, channels };
      const { body: made } = await cli.call<Schedule>(PATH, { method: 'POST', body });
      if (json) printJson(made);
      else note(`Created report schedule ${made.name}. The worker plans its first run within a minute.`);
    }),
  );

const change = leaf('change', 'change a schedule (admins; leads for their team)')
  .argument('<schedule>', 'name or id')
  .option('--name <name>', 'new name')
  .option('--expression <cron>', 'cron, five fields: "0 6 * * 1" is Mondays at six')
  .option('--timezone <zone>', 'e.g. Europe/Berlin')
  .option(
    '--channel <channel>',
    'send only to this channel (admins), or "all" for every channel that accepts reports; may be repeated',
    repeated,
  )
  .action(
    withBroker<ChangeOptions>(async (cli, options, [wanted = '']) => {
      const { json, name, expression, timezone, channel } = options;
      if ([name, expression, timezone, channel].every((value) => value === undefined))
        throw new CliError('Give --name, --expression, --timezone or --channel.', EXIT.usage);
      const schedule = await findSchedule(cli, wanted);
      const channels = channel?.join() === 'all' ? null : channel && (await channelIds(cli, channel));
      const body = { name, expression, timezone, channels };
      const path = `${PATH}/${schedule.id}`;
      const { body: changed } = await cli.call<Schedule>(path, { method: 'PATCH', body });
      if (json) printJson(changed);
      else note(`Changed ${changed.name}.`);
    }),
  );

const turn = (word: 'enable' | 'disable', summary: string) =>
  leaf(word, summary)
    .argument('<schedule>', 'name or id')
    .action(
      withBroker(async (cli, { json }, [wanted = '']) => {
        const { id, name } = await findSchedule(cli, wanted);
        const body = { enabled: word === 'enable' };
        const { body: changed } = await cli.call(`${PATH}/${id}`, { method: 'PATCH', body });
        if (json) printJson(changed);
        else note(`${name} is ${word}d.`);
      }),
    );

const remove = leaf('remove', 'remove a schedule; its reports are kept')
  .argument('<schedule>', 'name or id')
  .option('--yes', 'do not ask')
  .action(
    withBroker<RemoveOptions>(async (cli, { json, yes }, [word = '']) => {
      const { id, name } = await findSchedule(cli, word);
      await confirm(`Remove ${name}?`, yes);
      await cli.call(`${PATH}/${id}`, { method: 'DELETE' });
      if (json) printJson({ id, name, status: 'removed' });
      else note(`Removed ${name}.`);
    }),
  );

const channelIds = async (cli: Cli, words: readonly string[]): Promise<string[]> =>
  (await Promise.all(words.map((word) => findChannel(cli, word)))).map(({ id }) => id);

/** Two teams may have a schedule of one name: then it has to be the id. */
async function findSchedule(cli: Cli, word: string): Promise<Schedule> {
  const { body } = await cli.call<{ items: Schedule[] }>(PATH);
  const found = body.items.filter(({ id, name }) => id === word || name === word);
  const [schedule, ...more] = found;
  if (schedule === undefined) throw new CliError(`There is no report schedule "${word}".`, EXIT.notFound);
  if (more.length === 0) return schedule;
  const ids = found.map(({ id, team }) => `${id} (${team ?? 'all'})`).join(', ');
  throw new CliError(`There are several report schedules "${word}".`, EXIT.usage, `Give the id: ${ids}`);
}

/** Manages the schedules of reports. */
export const reportSchedules = new Command('schedules').description('manage scheduled reports');
for (const command of [
  list,
  add,
  change,
  turn('enable', 'create reports of this schedule again, from now on'),
  turn('disable', 'stop creating reports of this schedule'),
  remove,
])
  reportSchedules.addCommand(command);
