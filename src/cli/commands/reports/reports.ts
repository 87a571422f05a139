import { Command } from 'commander';
import type { z } from 'zod';
import type { reportAnswer } from '../../../api/reports.js';
import {
  REPORT_LISTS,
  type ReportLine,
  type ReportList,
  type ReportSection,
} from '../../../domain/reports/report.js';
import { MOST_SHOWN, restWords, TITLES, userOf, wordsOf } from '../../../domain/reports/reportWords.js';
import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { listed, tellMore } from '../../client/pages.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { ago, TIME_FORMS } from '../../forms/when.js';
import { printJson, printPairs, printTable } from '../../terminal/output.js';
import { note, say } from '../../terminal/terminal.js';
import { reportSchedules } from './reportSchedules.js';

interface MakeOptions extends GlobalOptions {
  team?: string;
  from?: string;
  to?: string;
}
interface ListOptions extends GlobalOptions {
  limit: number;
}
interface ShowOptions extends GlobalOptions {
  html?: boolean;
  csv?: boolean;
}
type Report = z.output<typeof reportAnswer>;

const PATH = '/api/reports';

const list = leaf('list', 'list reports, newest first (admins: all, others: of their teams)')
  .option('--limit <n>', 'maximum number of results', atLeastOne, 50)
  .action(
    withBroker<ListOptions>(async (cli, { json, limit }) => {
      const page = await listed(cli, PATH, { limit });
      const { items } = page;
      if (json) return printJson({ items });
      if (items.length === 0) return note('No reports yet. An admin can create one: glassdome reports make');
      printTable(
        [
          { title: 'TO', value: (row) => row['to'], whole: true },
          { title: 'OF', value: (row) => row['team'] ?? 'all' },
          { title: 'SUMMARY', value: (row) => row['summary'] },
          { title: 'ID', value: (row) => row['id'], whole: true },
        ],
        items,
      );
      tellMore(page);
    }),
  );

const make = leaf('make', 'create a report now (admins)')
  .option('--team <name>', 'report on credentials shared with this team (default: all)')
  .option('--from <time>', `start of the period (default: seven days before its end): ${TIME_FORMS}`, ago)
  .option('--to <time>', 'end of the period (default: now)', ago)
  .action(
    withBroker<MakeOptions>(async (cli, { json, team, from, to }) => {
      const { body } = await cli.call<Report>(PATH, { method: 'POST', body: { team, from, to } });
      if (json) printJson(body);
      else tell(body);
    }),
  );

const show = leaf('show', 'show a report')
  .argument('<id>')
  .option('--html', 'print an HTML page: glassdome reports show <id> --html > report.html')
  .option('--csv', 'print CSV')
  .action(
    withBroker<ShowOptions>(async (cli, { json, html, csv }, [id = '']) => {
      if ([json, html, csv].filter(Boolean).length > 1)
        throw new CliError('Choose one of --html, --csv and --json.', EXIT.usage);
      const path = `${PATH}/${encodeURIComponent(id)}`;
      const format = html ? 'html' : csv ? 'csv' : undefined;
      if (format !== undefined) return void process.stdout.write(await cli.text(`${path}?format=${format}`));
      const { body } = await cli.call<Report>(path);
      if (json) printJson(body);
      else tell(body);
    }),
  );

function tell(report: Report): void {
  const { id, team, from, to, summary, lists } = report;
  printPairs([
    ['report', id],
    ['of', team ?? 'all'],
    ['from', from],
    ['to', to],
    ['summary', summary],
  ]);
  // A newer broker may have lists that this client does not know.
  for (const name of REPORT_LISTS.filter((each) => lists[each]?.count > 0)) tellList(name, lists[name], to);
}

function tellList(name: ReportList, section: ReportSection, to: string): void {
  const { count, lines, compared } = section;
  const since = compared === null ? '' : `, ${compared.new} new, ${compared.gone} gone`;
  say(`\n${TITLES[name]} (${count}${since})`);
  const words = (line: ReportLine) =>
    [userOf(line), wordsOf(name, line, new Date(to))].filter(Boolean).join(': ');
  printTable(
    [
      { title: 'NAME', value: (row) => row['name'] },
      { title: 'TYPE', value: (row) => row['service_type'], extra: true },
      { title: 'OWNER', value: (row) => row['owner'], extra: true },
      { title: 'WHAT', value: (row) => row['words'] },
    ],
    lines.slice(0, MOST_SHOWN).map((line) => ({ ...line, words: words(line) })),
  );
  const rest = restWords(section);
  if (rest !== '') say(rest);
}

/** Health reports. */
export const reports = new Command('reports').description('create and read health reports');
for (const command of [list, make, show, reportSchedules]) reports.addCommand(command);
