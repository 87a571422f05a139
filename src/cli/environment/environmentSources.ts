import { cell, printTable } from '../terminal/output.js';
import { note } from '../terminal/terminal.js';
import type { Environment, Source } from './brokerEnvironment.js';

/** `PROXMOX_HOST  "Proxmox 01", version 3, field host`: one line a variable on stderr. */
export function tellSources({ sources }: Environment): void {
  const names = Object.keys(sources).sort();
  const width = Math.max(0, ...names.map((name) => name.length));
  for (const name of names) note(`${name.padEnd(width)}  ${textOf(sources[name])}`);
}

/** The same as a table, the answer of `env`. */
export function printSources({ sources }: Environment): void {
  printTable(
    [
      { title: 'VARIABLE', value: (row) => row['name'] },
      { title: 'FROM', value: (row) => row['from'] },
      { title: 'VERSION', value: (row) => row['version'] },
      { title: 'FIELD', value: (row) => row['field'] },
      { title: 'ALIAS OF', value: (row) => row['alias_of'] },
      { title: 'CREDENTIAL', value: (row) => row['credential_id'] },
    ],
    Object.keys(sources)
      .sort()
      .map((name) => ({ name, ...sources[name] })),
  );
}

function textOf(source: Source | undefined): string {
  if (source?.credential_id === undefined) return cell(source?.from);
  const over = source.overrides_file === true ? ', over the value of the file' : '';
  const alias = source.alias_of === undefined ? '' : `, alias of ${source.alias_of}`;
  return `"${cell(source.from)}", version ${source.version}, field ${source.field}${alias}${over}`;
}
