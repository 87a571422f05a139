import { Command } from 'commander';
import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { listed, tellMore } from '../../client/pages.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { ahead, TIME_FORMS } from '../../forms/when.js';
import { printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

type Notice = Record<string, unknown> & { id: string; text: string };
interface ListOptions extends GlobalOptions {
  all?: boolean;
  kind?: string;
  limit: number;
}

const PATH = '/api/notifications';

const list = leaf('list', 'list your open notices (admins: of everyone)')
  .option('--all', 'include resolved, acknowledged and snoozed notices')
  .option('--kind <kind>', 'only this kind, e.g. expiring')
  .option('--limit <n>', 'maximum number of results', atLeastOne, 50)
  .action(
    withBroker<ListOptions>(async (cli, { json, all, kind, limit }) => {
      const filter = { kind, open: all === true ? undefined : 'true' };
      const page = await listed<Notice>(cli, PATH, { limit, filter });
      if (json) return printJson(page);
      if (page.items.length === 0) return note(all === true ? 'No notices.' : 'No open notices.');
      printTable(columns, page.items);
      tellMore(page);
    }),
  );

const columns = [
  { title: 'ID', value: (row: Record<string, unknown>) => row['id'] },
  { title: 'SINCE', value: (row: Record<string, unknown>) => row['created_at'] },
  { title: 'SEVERITY', value: (row: Record<string, unknown>) => row['severity'], toned: true },
  { title: 'WHAT', value: (row: Record<string, unknown>) => row['text'] },
  { title: 'FOR', value: (row: Record<string, unknown>) => row['recipient'], extra: true },
  {
    title: 'SEEN BY',
    value: (row: Record<string, unknown>) => row['acknowledged_by'] ?? row['snoozed_until'],
    extra: true,
  },
];

const ack = leaf('ack', 'acknowledge a notice: it is not sent again until it changes')
  .argument('<id>')
  .action(
    withBroker(async (cli, { json }, [id = '']) => {
      const path = `${PATH}/${encodeURIComponent(id)}/acknowledge`;
      const { body } = await cli.call<Notice>(path, { method: 'POST' });
      if (json) printJson(body);
      else note(`Acknowledged: ${body.text}`);
    }),
  );

const snooze = leaf('snooze', 'snooze a notice until a time; it is sent again if it still applies')
  .argument('<id>')
  .argument('<until>', TIME_FORMS, ahead)
  .action(
    withBroker(async (cli, { json }, [id = '', word = '']) => {
      const until = ahead(word);
      const path = `${PATH}/${encodeURIComponent(id)}/snooze`;
      const { body } = await cli.call<Notice>(path, { method: 'POST', body: { until } });
      if (json) printJson(body);
      else note(`Snoozed until ${String(body['snoozed_until'])}: ${body.text}`);
    }),
  );

/** Notices about credentials, and what to do about them. */
export const notices = new Command('notices').description('list, acknowledge and snooze notices');
for (const command of [list, ack, snooze]) notices.addCommand(command);
