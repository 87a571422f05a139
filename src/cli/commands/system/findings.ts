import type { z } from 'zod';
import type { findingAnswer } from '../../../api/findings.js';
import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { listed } from '../../client/pages.js';
import { printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

type Row = Record<string, unknown>;
type Finding = z.output<typeof findingAnswer>;
interface FindingOptions extends GlobalOptions {
  kind?: string;
  all?: boolean;
}

/** What people did in Vault without the broker, and what that means. */
export const findings = leaf(
  'findings',
  'list credentials whose data in Vault was changed outside the broker (admins: of everyone)',
)
  .option('--kind <kind>', 'only this kind: drift, active_gone, replaced, missing or orphan')
  .option('--all', 'include resolved findings')
  .action(
    withBroker<FindingOptions>(async (cli, { json, kind, all }) => {
      const filter = { kind, resolved: String(all === true) };
      const { items } = await listed<Finding>(cli, '/api/findings', { filter });
      if (json) return printJson({ items });
      if (items.length === 0) return note('No findings: Vault holds what the broker stored.');
      printTable(columns, items);
      if (items.some((one) => one.kind === 'drift' && one.resolution === null))
        note(
          'Use a version that was written in Vault: glassdome credentials activate <credential> <version>',
        );
    }),
  );

const columns = [
  { title: 'KIND', value: (row: Row) => row['kind'] },
  { title: 'CREDENTIAL', value: (row: Row) => nameOf(row) },
  { title: 'VERSION', value: (row: Row) => row['version'] },
  { title: 'WHAT', value: (row: Row) => whatOf(row as Finding) },
  { title: 'FOUND', value: (row: Row) => row['found_at'], extra: true },
  { title: 'ENDED', value: (row: Row) => row['resolution'] },
];

function nameOf({ credential, path }: Row): unknown {
  const { owner, name } = (credential as Row | null) ?? {};
  return name === undefined ? path : `${String(owner)}/${String(name)}`;
}

function whatOf({ kind, facts }: Finding): unknown {
  switch (kind) {
    case 'drift':
      return facts['changed'];
    case 'active_gone':
      return `${String(facts['how'])} in Vault`;
    case 'replaced':
      return 'replaced in Vault';
    case 'missing':
      return 'not in Vault';
    default:
      return facts['name'];
  }
}
