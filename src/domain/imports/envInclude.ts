import { allFields } from '../credentials/templateFields.js';
import { isDangerousEnvName } from '../environment/dangerousEnvNames.js';
import { soundsSecret } from '../secrecy/envValues.js';
import { secretIn } from '../secrecy/secretText.js';
import { looksRandom } from '../secrecy/secretValues.js';
import { Secret } from '../secret.js';
import type { ImportGroup, ImportRow } from './envImportGroups.js';
import { checked } from './envImportGroups.js';
import type { EnvVocabulary } from './envVocabulary.js';

/** Which variables of no known credential form a separate one. */
export interface IncludeChoice {
  include: readonly string[];
  includeAll: boolean;
  asName: string;
}

export const NOTHING_INCLUDED: IncludeChoice = { include: [], includeAll: false, asName: '' };

/** A variable that is left out otherwise, and its value. */
export interface IncludedEntry {
  row: ImportRow;
  value: string;
}

/** True for what is to be taken in although nobody knows it. What is empty or unreadable never is. */
export function isIncluded(row: ImportRow, value: string, { include, includeAll }: IncludeChoice): boolean {
  if (value === '' || row.class === 'unquoted' || row.class === 'empty' || row.group !== undefined)
    return false;
  if (isDangerousEnvName(row.name)) return false;
  return include.includes(row.name) || (includeAll && row.class === 'unknown');
}

/** One credential of all of them: variable and field have one name. */
export function includedGroup(
  entries: readonly IncludedEntry[],
  name: string,
  vocabulary: EnvVocabulary,
): { groups: ImportGroup[]; rows: ImportRow[] } {
  if (entries.length === 0) return { groups: [], rows: [] };
  const key = `other:${name.toLowerCase()}`;
  const template = vocabulary.templateOf('other');
  const taken = new Set(template === undefined ? [] : allFields(template).map((spec) => spec.name));
  const rows: ImportRow[] = [];
  const group: ImportGroup = {
    key,
    serviceType: 'other',
    name,
    fields: {},
    secretFields: [],
    envNames: {},
    labels: {},
    problems: [],
  };
  for (const { row, value } of entries) {
    const field = fieldOf(row.name, taken);
    taken.add(field);
    const secret = !isOrdinary(row.name, value);
    group.fields[field] = new Secret(value);
    group.envNames[row.name] = field;
    if (secret) group.secretFields?.push(field);
    const { note: _left, ...rest } = row;
    rows.push({ ...rest, class: 'credential', group: key, field, secret });
  }
  checked(group, vocabulary);
  return { groups: [group], rows };
}

/** The name itself where it can be one of a field and means nothing else there. */
function fieldOf(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 60);
  const usable = base in Object.prototype ? `${base}_value` : base;
  for (let n = 1; ; n += 1) {
    const field = n === 1 ? usable : `${usable}_${n}`;
    if (!taken.has(field)) return field;
  }
}

const ORDINARY =
  /^(?:true|false|yes|no|on|off|-?\d{1,9}(?:\.\d{1,6})?|[a-z][a-z0-9]{0,15}|(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}(?::\d{1,5})?|https?:\/\/[a-z0-9.:-]{1,253}(?:\/[a-z0-9/._-]{0,200})?|(?:\/[\w.-]{1,64}){1,12}\/?)$/i;

/** True only for what is plainly no secret, by name and by value: a switch, a number, a word, an address without a login. */
const isOrdinary = (name: string, value: string): boolean =>
  !soundsSecret(name) &&
  ORDINARY.test(value) &&
  secretIn(value) === undefined &&
  !value.split(/[/.:]+/).some((part) => looksRandom(part) && part.length >= 12);
