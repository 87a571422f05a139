import { isDangerousEnvName } from '../environment/dangerousEnvNames.js';
import { isVariableName } from '../environment/variableName.js';
import { isConnectionString, isPlaceholder, soundsSecret } from '../secrecy/envValues.js';
import { secretIn } from '../secrecy/secretText.js';
import { isDocumented, isFreePassword, unusualValue } from '../secrecy/unusualValues.js';
import type { DotenvEntry, DotenvWarning, ParsedDotenv } from './dotenv.js';
import type { EnvMeaning } from './envFamily.js';
import { type Claim, groupClaims, groupKeyOf, type ImportGroup, type ImportRow } from './envImportGroups.js';
import {
  type IncludeChoice,
  type IncludedEntry,
  includedGroup,
  isIncluded,
  NOTHING_INCLUDED,
} from './envInclude.js';
import type { EnvVocabulary } from './envVocabulary.js';

export interface EnvImportPlan {
  /** In the order in which the file first names them. */
  groups: ImportGroup[];
  /** By line. */
  rows: ImportRow[];
  warnings: DotenvWarning[];
}

/**
 * Sorts the variables of a `.env` into credentials and the rest. Nothing is stored and no row holds a value. An
 * incomplete group is returned with its problems and is not imported.
 */
export function planEnvImport(
  parsed: ParsedDotenv,
  vocabulary: EnvVocabulary,
  choice: IncludeChoice = NOTHING_INCLUDED,
): EnvImportPlan {
  const rows: ImportRow[] = [];
  const claims: Claim[] = [];
  const included: IncludedEntry[] = [];
  for (const entry of parsed.entries) {
    const meaning = vocabulary.meaningOf(entry.name);
    const insists =
      meaning !== undefined && (entry.value ?? '') !== '' && choice.include.includes(entry.name);
    const left = insists ? undefined : leftRow(entry, vocabulary);
    if (left !== undefined && isIncluded(left, entry.value ?? '', choice))
      included.push({ row: left, value: entry.value ?? '' });
    else if (left !== undefined) rows.push(left);
    else if (meaning !== undefined) claims.push(claimOf(entry, meaning));
    for (const line of entry.overriddenLines) {
      rows.push({ ...about(entry, vocabulary), line, class: 'duplicate', note: `line ${entry.line} wins` });
    }
  }
  const grouped = groupClaims(claims, vocabulary);
  const more = includedGroup(included, choice.asName, vocabulary);
  rows.push(...grouped.rows, ...more.rows);
  rows.sort((a, b) => a.line - b.line);
  return { groups: [...grouped.groups, ...more.groups], rows, warnings: parsed.warnings };
}

const claimOf = ({ name, line, value, preferred = false }: DotenvEntry, meaning: EnvMeaning): Claim => ({
  meaning,
  name,
  line,
  value: value ?? '',
  preferred,
});

/** The row of a variable that goes into no group, or undefined for one that does. */
function leftRow(entry: DotenvEntry, vocabulary: EnvVocabulary): ImportRow | undefined {
  const row = about(entry, vocabulary);
  const value = entry.value ?? '';
  const shell = [...new Set(entry.unresolved.map(reference))].join(', ');
  const plain = vocabulary.plain.get(entry.name.toUpperCase());
  if (entry.unquoted !== undefined) return { ...row, class: 'unquoted', secret: true, note: entry.unquoted };
  if (plain !== undefined) return { ...row, class: plain.class, ...(value === '' ? { note: 'empty' } : {}) };
  if (value === '')
    return { ...row, class: 'empty', ...(shell === '' ? {} : { note: `taken from the shell: ${shell}` }) };
  const unusual = unusualRow(row, value);
  if (unusual !== undefined) return unusual;
  if (vocabulary.meaningOf(entry.name) !== undefined) {
    return shell === '' ? undefined : { ...row, class: 'placeholder', note: `lacks ${shell} from the shell` };
  }
  if (isConnectionString(value)) return { ...row, class: 'connection_string', secret: true };
  if (isDangerousEnvName(entry.name)) return { ...row, class: 'unknown', note: 'changes how programs run' };
  // Of a variable that nobody knows, the value may say that it is a secret.
  return { ...row, class: 'unknown', secret: row.secret || secretIn(value) !== undefined };
}

/** A value that is probably not a secret: imported only on request. */
function unusualRow(row: Omit<ImportRow, 'class'>, value: string): ImportRow | undefined {
  if (isPlaceholder(value)) return { ...row, class: 'placeholder' };
  const found = unusualValue(value, { free: isFreePassword(row.name) || !row.secret });
  // A lab's sample has keys of documentation in working order: they come along, with a warning.
  if (found === undefined || isDocumented(value) || (found.kind === 'invisible' && !row.secret))
    return undefined;
  if (found.kind === 'placeholder') return { ...row, class: 'placeholder' };
  return { ...row, class: found.kind === 'reference' ? 'reference' : 'suspect', note: found.what };
}

/** What is in braces may as well be part of a password. */
const reference = (name: string): string =>
  /^[A-Z][A-Z0-9_]{0,63}$/.test(name) && isVariableName(name) ? `\${${name}}` : 'a reference';

function about(entry: DotenvEntry, vocabulary: EnvVocabulary): Omit<ImportRow, 'class'> {
  const { name, line } = entry;
  const meaning = vocabulary.meaningOf(name);
  const plain = vocabulary.plain.get(name.toUpperCase());
  if (plain !== undefined || meaning === undefined)
    return { name, line, secret: plain?.secret ?? soundsSecret(name) };
  const secret = meaning.family.secretFields.includes(meaning.field);
  return { name, line, group: groupKeyOf(meaning), field: meaning.field, secret };
}
