import { Command, Option } from 'commander';
import { withAccountNames } from '../../client/accountNames.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { findCredentialId } from '../../client/find.js';
import { type Filter, listed, pagesOf, tellMore } from '../../client/pages.js';
import { writtenOut } from '../../client/subject.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { ago, TIME_FORMS } from '../../forms/when.js';
import { csvRecord } from '../../terminal/csv.js';
import { type Column, printJson, printTable } from '../../terminal/output.js';
import { note, say } from '../../terminal/terminal.js';
import { proofCommands } from './auditProof.js';

interface ListOptions extends GlobalOptions {
  credential?: string;
  actor?: string;
  action?: string;
  outcome?: string;
  request?: string;
  from?: string;
  to?: string;
  format?: Format;
  limit?: number;
}

const FORMATS = ['csv', 'jsonl'] as const;
type Format = (typeof FORMATS)[number];
type Row = Record<string, unknown>;
const SHOWN = 50;

const list = leaf('list', 'list audit events, newest first (admins: all, others: their own)')
  .option('--credential <credential>', 'only of this credential: name, owner/name or id')
  .option('--actor <principal>', 'only by this user or service account, e.g. local:anna or sa:celery')
  .option('--action <action>', 'only this action, e.g. credential.read, or a group: credential.*')
  .option('--outcome <outcome>', 'only this outcome: allowed, denied or failed')
  .option('--request <id>', 'only of the request with this id')
  .option('--from <time>', `only from this time on: ${TIME_FORMS}; 7d is 7 days ago`, ago)
  .option('--to <time>', 'only before this time', ago)
  .addOption(new Option('--format <format>', 'export all matching rows to stdout').choices(FORMATS))
  .option('--limit <n>', `maximum number of results (default: ${SHOWN}, with --format all)`, atLeastOne)
  .action(
    withBroker<ListOptions>(async (cli, { json, credential, request, limit, format, ...words }) => {
      if (json && format !== undefined)
        throw new CliError('--json and --format cannot be combined.', EXIT.usage, 'Omit one of them.');
      const id = credential === undefined ? undefined : await findCredentialId(cli, credential);
      const { actor, action, outcome, from, to } = words;
      const by = actor === undefined ? undefined : await writtenOut(cli, actor);
      const filter = { credential_id: id, actor: by, action, outcome, request_id: request, from, to };
      if (format !== undefined) return exportRows(cli, format, { limit, filter });
      const page = await listed<Row>(cli, '/api/audit', { limit: limit ?? SHOWN, filter });
      if (json) return printJson({ items: page.items });
      if (page.items.length === 0) return note('No matching events.');
      printTable(columns, await withAccountNames(cli, page.items));
      tellMore(page);
    }),
  );

/** The columns of an export: a service that reads it finds each by its name. */
const EXPORTED = [
  ...['at', 'actor', 'action', 'outcome', 'code', 'object', 'credential_id', 'credential_name', 'version'],
  ...['used_by', 'purpose', 'break_glass', 'break_glass_reason', 'request_id', 'chain', 'seq', 'details'],
];

async function exportRows(
  cli: Cli,
  format: Format,
  { limit, filter }: { limit: number | undefined; filter: Filter },
): Promise<void> {
  // RFC 4180 ends each record with CR LF.
  if (format === 'csv') say(`${csvRecord(EXPORTED)}\r`);
  for await (const rows of pagesOf<Row>(cli, '/api/audit', { limit, filter })) {
    for (const row of rows) {
      if (format === 'jsonl') say(JSON.stringify(row));
      else say(`${csvRecord(EXPORTED.map((name) => row[name]))}\r`);
    }
  }
}

/** What the table shows; the rest is in `--json`. */
export const columns: Column[] = [
  { title: 'AT', value: (row) => row['at'], whole: true },
  { title: 'ACTOR', value: (row) => row['actor'] },
  { title: 'ACTION', value: (row) => row['action'], whole: true },
  { title: 'OUTCOME', value: outcomeOf, toned: true },
  { title: 'OBJECT', value: (row) => row['object'] },
  { title: 'USED BY', value: (row) => row['used_by'], extra: true },
  { title: 'REQUEST', value: (row) => row['request_id'], extra: true },
];

function outcomeOf(row: Record<string, unknown>): string {
  const glass = row['break_glass'] === true ? ' (break-glass)' : '';
  return `${row['outcome']}${row['code'] === null ? '' : `: ${row['code']}`}${glass}`;
}

/** The trail of who did what. */
export const audit = new Command('audit').description('list, export and verify the audit trail');
for (const command of [list, ...proofCommands]) audit.addCommand(command);
