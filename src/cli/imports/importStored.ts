import { isVariableName } from '../../domain/environment/variableName.js';
import { parseDotenv } from '../../domain/imports/dotenv.js';
import type { Secret } from '../../domain/secret.js';
import { formatVariables } from '../environment/envFormats.js';
import { CliError, EXIT } from '../exitCodes.js';
import type { ImportReport } from './importReport.js';

/** A machine's name is part of the key, and its case counts there. */
const MACHINE = /^(machine_cred_)(.+)(_(?:user|password))$/i;

/** A `.env` with a store's keys behind it, as one text. */
export interface Joined {
  content: string;
  /** Variables that hold a key of the store. */
  names: string[];
  /** The last line of the file itself. */
  lastLine: number;
}

/**
 * Puts the keys of Glassdome's flat layout behind a `.env`, as the variables that Glassdome reads. Throws where the
 * whole would be read otherwise than its parts, since then a value could become another one.
 */
export function joinStored(
  file: string,
  stored: ReadonlyMap<string, Secret>,
  environment: Record<string, string> = {},
): Joined {
  const alone = parseDotenv(file, { environment }).entries;
  const spelled = new Map(alone.map(({ name }) => [name.toUpperCase(), name]));
  const variables: Record<string, string> = {};
  for (const [key, secret] of stored) {
    const value = secret.reveal();
    if (!isVariableName(key) || value === '') continue;
    if (value.includes('\0'))
      throw new CliError(
        `The key ${key} in Vault contains a NUL character, which a variable cannot.`,
        EXIT.usage,
      );
    const name = spelled.get(key.toUpperCase()) ?? variableOf(key);
    variables[name in variables ? key : name] = value;
  }
  const head = file === '' || file.endsWith('\n') ? file : `${file}\n`;
  const content = `${head}${formatVariables(variables, 'dotenv').text}\n`;
  const whole = parseDotenv(content, { environment }).entries;
  const wanted = new Map(alone.map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(variables)) wanted.set(name, value);
  const same = whole.length === wanted.size && whole.every(({ name, value }) => wanted.get(name) === value);
  if (!same)
    throw new CliError(
      'The file and the keys of Vault cannot be combined: the file has quotes that are not closed.',
      EXIT.usage,
      'Import only the file with --dry-run to see which line, and correct it.',
    );
  return { content, names: Object.keys(variables), lastLine: head.split(/\r\n|\n|\r/).length - 1 };
}

function variableOf(key: string): string {
  const [, prefix, host, suffix] = MACHINE.exec(key) ?? [];
  if (prefix === undefined || host === undefined || suffix === undefined) return key.toUpperCase();
  return `${prefix.toUpperCase()}${host}${suffix.toUpperCase()}`;
}

/** Lines behind the file's own are keys of the store: they have no line that a person could look up. */
export function withoutStoredLines(report: ImportReport, lastLine: number | undefined): ImportReport {
  if (lastLine === undefined) return report;
  const noteOf = (text: string) =>
    text
      .replace(/ \(line (\d+)\) wins$/, (all, line: string) =>
        Number(line) > lastLine ? ' (Vault) wins' : all,
      )
      .replace(/^line (\d+) wins$/, (all, line: string) => (Number(line) > lastLine ? 'Vault wins' : all));
  const rows = report.rows.map(({ note, ...row }) => ({
    ...row,
    line: row.line > lastLine ? 0 : row.line,
    ...(note === undefined ? {} : { note: noteOf(note) }),
  }));
  return { ...report, rows };
}
