import { chmodSync, lstatSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { cleanedDotenv, type TakenLine } from '../../domain/imports/dotenvCleaned.js';
import { CliError, EXIT, systemReason } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { note } from '../terminal/terminal.js';
import type { ImportReport } from './importReport.js';

export interface CleanOptions {
  clean?: boolean;
  writeRest?: string;
}

const STORED = ['created', 'updated', 'unchanged'];

/** Lines whose credentials are stored as the file has them. */
function takenLines({ groups, rows }: ImportReport): TakenLine[] {
  const stored = new Map(
    groups.filter((g) => STORED.includes(g.result) && g.differences.length === 0).map((g) => [g.key, g.name]),
  );
  return rows.flatMap(({ name, line, class: found, group }) => {
    const credential = found === 'credential' && group !== undefined ? stored.get(group) : undefined;
    const comment = `${name}: imported into the credential broker as "${cell(credential)}"`;
    // Line 0: not from the file.
    return credential === undefined || line === 0 ? [] : [{ line, name, comment }];
  });
}

/** Puts comments without values in the place of imported lines: in the file, or in a copy of it. Never through a link. */
export function cleanFile(file: string, content: string, report: ImportReport, options: CleanOptions): void {
  const taken = takenLines(report);
  if (options.clean !== true && options.writeRest === undefined) {
    if (taken.length > 0)
      note(
        `Next: delete the ${taken.length} imported line${taken.length === 1 ? '' : 's'} from ${file}, or run the import again with --clean.`,
      );
    return;
  }
  const cleaned = /\r(?!\n)/.test(content) ? undefined : cleanedDotenv(content, taken);
  if (cleaned === undefined)
    throw new CliError(
      `${file} was not changed, because its other lines would be read differently. Delete the imported lines by hand.`,
      EXIT.failed,
    );
  try {
    if (options.writeRest !== undefined) {
      writeFileSync(options.writeRest, cleaned.text, { mode: 0o600, flag: 'wx' });
      note(`${options.writeRest} has the lines of ${file} that were not imported.`);
    }
    if (options.clean === true) replace(file, content, cleaned);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(
      `The import is done, but the file could not be written: ${systemReason(error)}`,
      EXIT.failed,
    );
  }
}

function replace(file: string, content: string, cleaned: { text: string; names: string[] }): void {
  if (lstatSync(file).isSymbolicLink())
    throw new CliError(`${file} is a symbolic link. Name the file itself to clean it.`, EXIT.usage);
  const bytes = readFileSync(file);
  const now = bytes.toString('utf8').replace(/^\ufeff/, '');
  if (now !== content.replace(/^\ufeff/, ''))
    throw new CliError(
      `${file} was changed during the import and was not cleaned. Run the import again.`,
      EXIT.conflict,
    );
  if (cleaned.names.length === 0) {
    note(`Nothing to clean in ${file}.`);
    return;
  }
  const stamp = new Date().toISOString().replace(/[:.]/g, '').slice(0, 17);
  const backup = `${file}.bak-${stamp}`;
  writeFileSync(backup, bytes, { mode: 0o600, flag: 'wx' });
  const fresh = `${file}.new-${stamp}`;
  writeFileSync(fresh, cleaned.text, { mode: 0o600, flag: 'wx' });
  chmodSync(fresh, statSync(file).mode & 0o777);
  renameSync(fresh, file);
  note(
    `${cleaned.names.length} variables are comments without values in ${file} now. The file as it was: ${backup}`,
  );
  note('Delete the backup once everything works: it contains the secrets.');
}
