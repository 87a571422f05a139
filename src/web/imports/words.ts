import type { ImportAnswer } from '../client/contract.js';

export type Group = ImportAnswer['groups'][number];
export type Row = ImportAnswer['rows'][number];

const RESULTS: Readonly<Record<string, string>> = {
  create: 'Will be created',
  update: 'Will be updated',
  unchanged: 'Already stored',
  differs: 'Changed here, is kept',
  disabled: 'Disabled here, is left out',
  deleted: 'Deleted here, is left out',
  incomplete: 'Incomplete, is left out',
  skipped: 'Left out',
  created: 'Created',
  updated: 'Updated',
  failed: 'Failed',
};
export const resultWord = (result: string): string => RESULTS[result] ?? result;

const REASONS: Readonly<Record<Row['class'], string>> = {
  credential: 'Imported',
  setting: 'Plain configuration',
  bootstrap: 'Needed before the broker is reachable',
  connection_string: 'Connection string',
  placeholder: 'Placeholder, not filled in',
  reference: 'Reference to another store, not a value',
  suspect: 'Probably not the value itself',
  empty: 'Empty',
  unquoted: 'Several lines without quotes',
  duplicate: 'Duplicate',
  unknown: 'Unknown name',
};
export const reasonOf = (row: Row): string => REASONS[row.class];

const INCLUDABLE: ReadonlySet<string> = new Set([
  'unknown',
  'connection_string',
  'placeholder',
  'reference',
  'suspect',
  'bootstrap',
]);
/** Whether it can be imported as it is, as a field of a credential of the type `other`. */
export const canInclude = (row: Row): boolean => INCLUDABLE.has(row.class);

/** Whether the import does something with the group when it is chosen. */
export const canImport = ({ result }: Group): boolean => ['create', 'update', 'unchanged'].includes(result);
/** Whether it is imported only when the file may replace what is here. */
export const canOverwrite = ({ result }: Group): boolean => ['differs', 'deleted'].includes(result);

const TONES: Readonly<Record<string, string>> = {
  create: 'ok',
  created: 'ok',
  update: 'running',
  updated: 'running',
  failed: 'rejected',
  incomplete: 'limited',
};
export const toneOf = ({ result }: Group): string => `var(--page-${TONES[result] ?? 'idle'})`;
