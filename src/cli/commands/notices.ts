import { Command } from 'commander';
import type { GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { atLeastOne } from '../fieldFlags.js';
import { printJson, printTable } from '../output.js';
import { listed, tellMore } from '../pages.js';
import { note } from '../terminal.js';
import { ahead, TIME_FORMS } from '../when.js';

type Notice = Record<string, unknown> & { id: string; text: string };
interface ListOptions extends GlobalOptions {
  all?: boolean;
  kind?: string;
  limit: number;
}

const PATH = '/api/notifications';

const list = leaf('list', 'what still holds of what you were told; to an admin of everybody')
  .option('--all', 'also what is settled, acknowledged or put off')
  .option('--kind <kind>', 'only this kind, e.g. expiring')
  .option('--limit <n>', 'so many at most', atLeastOne, 50)
  .action(
    withBroker<ListOptions>(async (cli, { json, all, kind, limit }) => {
      const filter = { kind, open: all === true ? undefined : 'true' };
      const page = await listed<Notice>(cli, PATH, { limit, filter });
      if (json) return printJson(page);
      if (page.items.length === 0) return note(all === true ? 'Nothing yet.' : 'Nothing that still holds.');
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

const ack = leaf('ack', 'seen: the same is not told again until it changes')
  .argument('<id>')
  .action(
    withBroker(async (cli, { json }, [id = '']) => {
      const path = `${PATH}/${encodeURIComponent(id)}/acknowledge`;
      const { body } = await cli.call<Notice>(path, { method: 'POST' });
      if (json) printJson(body);
      else note(`Acknowledged: ${body.text}`);
    }),
  );

const snooze = leaf('snooze', 'not again before a moment, then once more if it is still so')
  .argument('<id>')
  .argument('<until>', TIME_FORMS, ahead)
  .action(
    withBroker(async (cli, { json }, [id = '', word = '']) => {
      const until = ahead(word);
      const path = `${PATH}/${encodeURIComponent(id)}/snooze`;
      const { body } = await cli.call<Notice>(path, { method: 'POST', body: { until } });
      if (json) printJson(body);
      else note(`Put off until ${String(body['snoozed_until'])}: ${body.text}`);
    }),
  );

/** What one was told, and what to do about it. */
export const notices = new Command('notices').description('what you were told: list, acknowledge, put off');
for (const command of [list, ack, snooze]) notices.addCommand(command);
