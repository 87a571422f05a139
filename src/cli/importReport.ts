import { type DotenvWarning, warningText } from '../domain/dotenv.js';
import type { ImportClass } from '../domain/envImport.js';
import { fileHints } from './fileHints.js';
import { cell, printTable } from './output.js';
import { note, say } from './terminal.js';

/** What the broker answers to an import and to its preview. No value is in it. */
export interface ImportReport {
  dry_run: boolean;
  groups: ImportGroupView[];
  rows: ImportRowView[];
  warnings: DotenvWarning[];
  still_in_environment: string[];
}

export interface ImportGroupView {
  key: string;
  name: string;
  service_type: string;
  result: string;
  credential_id: string | null;
  variables: string[];
  also_claimed: { variable: string; by: string[] }[];
  problems: { field: string; rule: string }[];
}

interface ImportRowView {
  name: string;
  line: number;
  class: ImportClass;
  group?: string;
  note?: string;
}

const LEFT: Readonly<Record<Exclude<ImportClass, 'credential'>, string>> = {
  setting: 'plain configuration',
  bootstrap: 'bootstrap, left alone',
  connection_string: 'connection string, left alone',
  placeholder: 'placeholder, still to be filled in',
  empty: 'empty',
  unquoted: 'over several lines without quotes',
  duplicate: 'another one wins',
  unknown: 'unknown',
};
const ORDER = Object.keys(LEFT);

const WHAT: Readonly<Record<string, string>> = {
  create: 'will be created',
  update: 'will be updated',
  unchanged: 'is stored already',
  incomplete: 'incomplete, left out',
  skipped: 'left out by --only',
  failed: 'would fail, see below',
};

/** What an import would do: the credentials it found, then everything that stays where it is. */
export function printPreview(report: ImportReport, grantTo: readonly string[]): void {
  const { groups, rows, warnings } = report;
  if (groups.length === 0) say('No credential was recognised.');
  else {
    say(`Credentials (${groups.length})`);
    printTable(
      [
        { title: '  GROUP', value: (g) => `  ${g['key']}` },
        { title: 'NAME', value: (g) => g['name'] },
        { title: 'TYPE', value: (g) => g['service_type'] },
        { title: 'WHAT', value: (g) => WHAT[String(g['result'])] ?? g['result'] },
        { title: 'VARIABLES', value: (g) => g['variables'] },
      ],
      groups.map((g) => ({ ...g, variables: inOrder(g.variables, rows) })),
    );
  }
  if (grantTo.length > 0 && groups.length > 0) say(`Readable then also by: ${grantTo.join(', ')}`);
  const left = rows
    .flatMap((row) => (row.class === 'credential' ? [] : [{ ...row, what: LEFT[row.class] }]))
    .sort((a, b) => ORDER.indexOf(a.class) - ORDER.indexOf(b.class));
  if (left.length > 0) {
    say(`\nStays where it is (${left.length})`);
    printTable(
      [
        { title: '  VARIABLE', value: (r) => `  ${cell(r['name'])}` },
        { title: 'LINE', value: (r) => r['line'] || null },
        { title: 'WHAT', value: (r) => r['what'] },
        { title: 'NOTE', value: (r) => r['note'] },
      ],
      left,
    );
  }
  for (const warning of warnings) note(`warning: ${warningText(warning)}`);
  for (const hint of fileHints(left.map(({ name }) => name))) note(hint);
  tellProblems(groups);
  tellClaims(groups.filter((g) => g.result === 'create' || g.result === 'update'));
}

/** As they stand in the file. */
function inOrder(names: readonly string[], rows: readonly ImportRowView[]): string[] {
  const place = (name: string) => rows.findIndex((row) => row.name === name);
  return [...names].sort((a, b) => place(a) - place(b));
}

/** Why a group can't be imported, one line each. */
function tellProblems(groups: readonly ImportGroupView[]): void {
  for (const group of groups) {
    for (const { field, rule } of group.problems) {
      // The key itself stands for the group as a whole.
      note(`${cell(group.name)} (${group.key}): ${field === group.key ? '' : `${field} `}${rule}`);
    }
  }
}

/** What `run` will leave out, one line for each other claimant, and how to mend it. */
function tellClaims(groups: readonly ImportGroupView[]): void {
  for (const { name, also_claimed: claims } of groups) {
    for (const other of new Set(claims.flatMap(({ by }) => by))) {
      const shared = claims.filter(({ by }) => by.includes(other)).map(({ variable }) => variable);
      const flags = shared.map((variable) => `--env ${variable}=`).join(' ');
      note(
        `warning: ${shared.join(', ')} of ${cell(name)}: also claimed by "${cell(other)}"; with both, neither is used.`,
      );
      note(`To leave one claim each, e.g.: glassdome credentials update "${cell(other)}" ${flags}`);
    }
  }
}

/** What an import did, and what still stands in the environment only. */
export function tellOutcome({ groups, still_in_environment: left }: ImportReport): void {
  const count = (result: string) => groups.filter((g) => g.result === result).length;
  const [created, updated, unchanged] = [count('created'), count('updated'), count('unchanged')];
  if (created + updated + count('failed') === 0) {
    note(`Nothing changed: ${credentials(unchanged)} ${unchanged === 1 ? 'is' : 'are'} stored already.`);
  } else {
    const parts = [`${created} created`, `${updated} updated`, `${unchanged} unchanged`];
    if (count('failed') > 0) parts.push(`${count('failed')} failed`);
    note(`${parts.join(', ')}.`);
  }
  if (count('incomplete') > 0) note(`${credentials(count('incomplete'))} incomplete and not stored.`);
  tellProblems(groups.filter((g) => g.result === 'failed'));
  tellClaims(groups.filter((g) => ['created', 'updated', 'unchanged'].includes(g.result)));
  if (left.length > 0) note(`Still only in the environment (${left.length}): ${left.map(cell).join(', ')}`);
}

const credentials = (n: number) => `${n} credential${n === 1 ? '' : 's'}`;
