import { Command } from 'commander';
import { withAccountNames } from '../accountNames.js';
import type { GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { atLeastOne } from '../fieldFlags.js';
import { findCredentialId } from '../find.js';
import { type Column, printJson, printTable } from '../output.js';
import { listed, tellMore } from '../pages.js';
import { writtenOut } from '../subject.js';
import { note } from '../terminal.js';
import { ago, TIME_FORMS } from '../when.js';
import { proofCommands } from './auditProof.js';

interface ListOptions extends GlobalOptions {
  credential?: string;
  actor?: string;
  action?: string;
  outcome?: string;
  from?: string;
  to?: string;
  limit: number;
}

const list = leaf('list', 'what happened, newest first (admins: all, others: their own)')
  .option('--credential <credential>', 'of this one: name, owner/name or id')
  .option('--actor <principal>', 'by whom, e.g. local:anna or sa:celery')
  .option('--action <action>', 'e.g. credential.read')
  .option('--outcome <outcome>', 'allowed, denied or failed')
  .option('--from <time>', `from this time on: ${TIME_FORMS}; 7d is 7 days ago`, ago)
  .option('--to <time>', 'before this time', ago)
  .option('--limit <n>', 'at most so many', atLeastOne, 50)
  .action(
    withBroker<ListOptions>(async (cli, { json, credential, limit, ...words }) => {
      const id = credential === undefined ? undefined : await findCredentialId(cli, credential);
      const { actor, action, outcome, from, to } = words;
      const by = actor === undefined ? undefined : await writtenOut(cli, actor);
      const filter = { credential_id: id, actor: by, action, outcome, from, to };
      const page = await listed(cli, '/api/audit', { limit, filter });
      if (json) return printJson({ items: page.items });
      if (page.items.length === 0) return note('Nothing fits.');
      printTable(columns, await withAccountNames(cli, page.items));
      tellMore(page);
    }),
  );

/** What the table shows; the rest is in `--json`. */
export const columns: Column[] = [
  { title: 'AT', value: (row) => row['at'], whole: true },
  { title: 'ACTOR', value: (row) => row['actor'] },
  { title: 'ACTION', value: (row) => row['action'], whole: true },
  { title: 'OUTCOME', value: outcomeOf, toned: true },
  { title: 'CREDENTIAL', value: (row) => row['credential_id'] },
  { title: 'USED BY', value: (row) => row['used_by'], extra: true },
  { title: 'REQUEST', value: (row) => row['request_id'], extra: true },
];

function outcomeOf(row: Record<string, unknown>): string {
  const glass = row['break_glass'] === true ? ' (break-glass)' : '';
  return `${row['outcome']}${row['code'] === null ? '' : `: ${row['code']}`}${glass}`;
}

/** The trail of who did what. */
export const audit = new Command('audit').description('who did what');
for (const command of [list, ...proofCommands]) audit.addCommand(command);
