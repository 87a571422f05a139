import { Command } from 'commander';
import type { GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { printJson, printTable } from '../output.js';
import { note, say } from '../terminal.js';

type Row = Record<string, unknown>;
interface MakeOptions extends GlobalOptions {
  team?: string;
  from?: string;
  to?: string;
}
interface Report {
  id: string;
  totals: { credentials: number };
  lists: Record<string, { count: number; lines: { name: string; what: string }[] }>;
}

const PATH = '/api/reports';

const list = leaf(
  'list',
  'reports that were made, newest first (admins: all, others: of their teams)',
).action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Row[] }>(PATH);
    if (json) return printJson(body);
    if (body.items.length === 0) return note('No report yet. An admin makes one: glassdome reports make');
    printTable(
      [
        { title: 'MADE', value: (row) => row['made_at'] },
        { title: 'OF', value: (row) => row['team'] ?? 'all' },
        { title: 'SUMMARY', value: (row) => row['summary'] },
        { title: 'ID', value: (row) => row['id'] },
      ],
      body.items,
    );
  }),
);

const make = leaf('make', 'make a report now (admins)')
  .option('--team <name>', 'of what was granted to this team; else of everything')
  .option('--from <moment>', 'RFC 3339; else seven days before the end')
  .option('--to <moment>', 'RFC 3339; else now')
  .action(
    withBroker<MakeOptions>(async (cli, { json, team, from, to }) => {
      const { body } = await cli.call<Report>(PATH, { method: 'POST', body: { team, from, to } });
      if (json) printJson(body);
      else tell(body);
    }),
  );

const show = leaf('show', 'one report')
  .argument('<id>')
  .action(
    withBroker(async (cli, { json }, [id = '']) => {
      const { body } = await cli.call<Report>(`${PATH}/${encodeURIComponent(id)}`);
      if (json) printJson(body);
      else tell(body);
    }),
  );

function tell({ id, totals, lists }: Report): void {
  note(`Report ${id}: ${totals.credentials} credentials`);
  for (const [name, { count, lines }] of Object.entries(lists)) {
    if (count === 0) continue;
    say(`\n${name.replaceAll('_', ' ')} (${count})`);
    printTable(
      [
        { title: 'NAME', value: (row) => row['name'] },
        { title: 'WHAT', value: (row) => row['what'] },
      ],
      lines.map((one) => ({ ...one })),
    );
  }
}

/** How the credentials are. */
export const reports = new Command('reports').description('how the credentials are');
for (const command of [list, make, show]) reports.addCommand(command);
