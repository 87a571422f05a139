import { basename, dirname, resolve } from 'node:path';
import { CliError, EXIT } from '../exitCodes.js';
import { ask, canAsk } from '../terminal/terminal.js';
import type { ImportReport } from './importReport.js';

interface IncludeOptions {
  include?: string[];
  includeAll?: boolean;
  as?: string;
  asName?: string;
}

/** What the body of an import says of variables with unknown names. */
export function includeOf(options: IncludeOptions, file: string | undefined): Record<string, unknown> {
  const { include = [], includeAll, as, asName = nameOf(file) } = options;
  if (as !== undefined && as !== 'other')
    throw new CliError(`--as ${as}: variables with unknown names can only be stored as other`, EXIT.usage);
  const all = includeAll === true || (as === 'other' && include.length === 0);
  return { include, include_all: all, as_name: asName };
}

/** `shop.env` and `shop/.env` → `shop`. */
function nameOf(file: string | undefined): string {
  const path = resolve(file === undefined || file === '-' ? '.env' : file);
  const own = basename(path).replace(/^\.?env(\.|$)|\.env$/g, '');
  const name = (own === '' ? basename(dirname(path)) : own).replace(/[^\w .-]+/g, ' ').trim();
  return name === '' ? 'Imported variables' : name.slice(0, 100);
}

/** Names that could be taken in and are not. */
export const unknownIn = ({ rows }: ImportReport): string[] =>
  rows.filter((row) => row.class === 'unknown').map((row) => row.name);

/** Asks at a terminal whether the unknown names are stored too. */
export async function chooseUnknown(preview: ImportReport, name: string): Promise<boolean> {
  const count = unknownIn(preview).length;
  if (count === 0 || !canAsk()) return false;
  const names =
    count === 1 ? '1 name is not recognised: store it' : `${count} names are not recognised: store them`;
  const answer = await ask(`${names} as one credential of type other, "${name}"? [y/N]`);
  return /^y(es)?$/i.test(answer.trim());
}
