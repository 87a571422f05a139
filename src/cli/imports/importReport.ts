import type { z } from 'zod';
import type { importAnswer, importGroup, importRow } from '../../api/imports.js';
import { warningText } from '../../domain/imports/dotenv.js';
import type { ImportClass } from '../../domain/imports/envImportGroups.js';
import { fileHints } from '../environment/fileHints.js';
import { cell, printTable } from '../terminal/output.js';
import { note, say } from '../terminal/terminal.js';

/** What the broker answers to an import and to its preview. No value is in it. */
export type ImportReport = z.output<typeof importAnswer>;

export type ImportGroupView = z.output<typeof importGroup>;

type Difference = ImportGroupView['differences'][number];

type ImportRowView = z.output<typeof importRow>;

const LEFT: Readonly<Record<Exclude<ImportClass, 'credential'>, string>> = {
  setting: 'plain configuration',
  bootstrap: 'needed before the broker is reachable',
  connection_string: 'connection string',
  placeholder: 'placeholder, not filled in',
  reference: 'reference to another store, not a value',
  suspect: 'probably not the value itself',
  empty: 'empty',
  unquoted: 'several lines without quotes',
  duplicate: 'duplicate',
  unknown: 'unknown name',
};
const ORDER = Object.keys(LEFT);

const WHAT: Readonly<Record<string, string>> = {
  create: 'will be created',
  update: 'will be updated',
  unchanged: 'already stored',
  differs: 'changed here, kept',
  disabled: 'disabled here, see below',
  deleted: 'deleted here, see below',
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
  if (grantTo.length > 0 && groups.length > 0) say(`Readable afterwards also by: ${grantTo.join(', ')}`);
  const left = rows
    .flatMap((row) => (row.class === 'credential' ? [] : [{ ...row, what: LEFT[row.class] }]))
    .sort((a, b) => ORDER.indexOf(a.class) - ORDER.indexOf(b.class));
  if (left.length > 0) {
    say(`\nNot imported (${left.length})`);
    printTable(
      [
        { title: '  VARIABLE', value: (r) => `  ${cell(r['name'])}` },
        { title: 'LINE', value: (r) => r['line'] || null },
        { title: 'REASON', value: (r) => r['what'] },
        { title: 'NOTE', value: (r) => r['note'] },
      ],
      left,
    );
  }
  for (const warning of warnings) note(`warning: ${warningText(warning)}`);
  for (const { name, line, doubt } of rows)
    if (doubt !== undefined) note(`warning: ${cell(name)}${line === 0 ? '' : ` (line ${line})`} ${doubt}`);
  for (const hint of fileHints(left.map(({ name }) => name))) note(hint);
  printProblems(groups);
  printDifferences(groups);
  printClaims(groups.filter((g) => g.result === 'create' || g.result === 'update'));
}

/** In the order of the file. */
function inOrder(names: readonly string[], rows: readonly ImportRowView[]): string[] {
  const place = (name: string) => rows.findIndex((row) => row.name === name);
  return [...names].sort((a, b) => place(a) - place(b));
}

/** Why a group can't be imported, one line each. */
function printProblems(groups: readonly ImportGroupView[]): void {
  for (const group of groups) {
    for (const { field, rule } of group.problems) {
      // The key itself means the group as a whole.
      note(`${cell(group.name)} (${group.key}): ${field === group.key ? '' : `${field} `}${rule}`);
    }
  }
}

const CHANGED: Readonly<Record<Difference['source'], string>> = {
  rotation: 'was rotated here',
  api: 'was changed here',
  cli: 'was changed here',
  web: 'was changed here',
  import: 'came from another import',
  drift: 'was changed in Vault',
  activation: 'is from an older version that was activated here',
};

/** What the file does not replace, and how to insist. */
function printDifferences(groups: readonly ImportGroupView[]): void {
  const kept = groups.filter((group) => group.differences.length > 0);
  for (const { name, key, differences } of kept)
    for (const one of differences) note(`${cell(name)} (${key}): ${differenceText(one)}; it is kept.`);
  const keys = kept.map(({ key }) => `--overwrite ${key}`).join(' ');
  if (kept.length > 0) note(`To take the values of the file instead: ${keys}`);
}

function differenceText({ field, source, at, by }: Difference): string {
  const variable = /^env_names\.(.+)$/.exec(field)?.[1];
  if (variable !== undefined) return `the variable ${variable} was removed or moved here`;
  const when = at === null ? '' : ` on ${at.slice(0, 10)}`;
  return `${field} ${CHANGED[source]}${when}${by === null ? '' : ` by ${cell(by)}`}`;
}

/** Variables that another credential sets too, and how to remove them there. */
function printClaims(groups: readonly ImportGroupView[]): void {
  for (const { name, also_claimed: claims } of groups) {
    for (const other of new Set(claims.flatMap(({ by }) => by))) {
      const shared = claims.filter(({ by }) => by.includes(other)).map(({ variable }) => variable);
      const flags = shared.map((variable) => `--env ${variable}=`).join(' ');
      const [is, it] = shared.length === 1 ? ['is', 'it'] : ['are', 'them'];
      note(
        `warning: ${shared.join(', ')} ${is} set by both "${cell(name)}" and "${cell(other)}", so neither is used.`,
      );
      note(`Remove ${it} from one: glassdome credentials update "${cell(other)}" ${flags}`);
    }
  }
}

const TESTED = 'The first scheduled tests of the imported credentials start within ten minutes.';
const UNTESTED =
  'Scheduled tests are off for this import. Test the credentials yourself: glassdome credentials test --all';

/** What an import did, and what only the place it came from holds. */
export function printOutcome(
  { groups, tests, still_in_environment: left }: ImportReport,
  place: string,
): void {
  const count = (result: string) => groups.filter((g) => g.result === result).length;
  const [created, updated, unchanged, differs] = [
    count('created'),
    count('updated'),
    count('unchanged'),
    count('differs'),
  ];
  if (created + updated + differs + count('failed') === 0) {
    const already =
      unchanged === 0 ? '' : ` ${credentials(unchanged)} ${unchanged === 1 ? 'is' : 'are'} stored already.`;
    note(`Nothing to import.${already}`);
  } else {
    const parts = [`${created} created`, `${updated} updated`, `${unchanged} unchanged`];
    if (differs > 0) parts.push(`${differs} changed here and kept`);
    if (count('failed') > 0) parts.push(`${count('failed')} failed`);
    note(`${parts.join(', ')}.`);
  }
  if (created + updated > 0) note(tests ? TESTED : UNTESTED);
  if (count('incomplete') > 0) note(`${credentials(count('incomplete'))} incomplete and not stored.`);
  printProblems(groups.filter((g) => ['failed', 'disabled', 'deleted'].includes(g.result)));
  printDifferences(groups);
  printClaims(groups.filter((g) => ['created', 'updated', 'unchanged'].includes(g.result)));
  if (left.length === 1) note(`1 variable is still only in ${cell(place)}: ${cell(left[0])}`);
  else if (left.length > 0)
    note(`${left.length} variables are still only in ${cell(place)}: ${left.map(cell).join(', ')}`);
}

const credentials = (n: number) => `${n} credential${n === 1 ? '' : 's'}`;

/** How to take in what was left. On stderr, so that JSON stays whole. */
export function printWayOut({ rows }: Pick<ImportReport, 'rows'>): void {
  const unknown = rows.filter((row) => row.class === 'unknown').length;
  if (unknown > 0)
    note(
      `${unknown} ${unknown === 1 ? 'name is' : 'names are'} not recognised. To store ${unknown === 1 ? 'it' : 'them'} too: --include-all (one credential of type other), or --include NAME.`,
    );
  if (rows.some((row) => row.class === 'placeholder' && row.note?.startsWith('lacks ')))
    note('To import values whose references are not set, as python-dotenv reads them: --accept-undefined');
  if (rows.some((row) => row.class === 'reference' || row.class === 'suspect'))
    note('To import a value that does not look like a secret: --include NAME');
}
