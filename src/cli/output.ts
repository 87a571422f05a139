import { say } from './terminal.js';

export interface Column {
  title: string;
  /** Reads the cell; null, undefined and '' show as a dash. */
  value: (row: Record<string, unknown>) => unknown;
}

/** The answer of the API as it came, for scripts. */
export function printJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** A table for a terminal: one line a row, the last column cut at the width of the screen. */
export function printTable(columns: readonly Column[], rows: readonly Record<string, unknown>[]): void {
  const lines = [columns.map((c) => c.title), ...rows.map((row) => columns.map((c) => cell(c.value(row))))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  // A terminal that does not tell its width says 0.
  const screen = (process.stdout.isTTY && process.stdout.columns) || undefined;
  for (const line of lines) {
    const text = line
      .map((word, i) => (i === line.length - 1 ? word : word.padEnd(widths[i] ?? 0)))
      .join('  ');
    say(screen === undefined || text.length <= screen ? text : `${text.slice(0, screen - 1)}…`);
  }
}

/** Names and values below each other. */
export function printPairs(pairs: readonly (readonly [string, unknown])[]): void {
  const width = Math.max(...pairs.map(([name]) => name.length));
  for (const [name, value] of pairs) say(value === '' ? name : `${name.padEnd(width)}  ${cell(value)}`);
}

/** What a cell shows. Control characters of foreign text are not passed on to the terminal. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cell).join(', ');
  if (typeof value === 'object') {
    const entries = Object.entries(value);
    return entries.length === 0 ? '-' : entries.map(([k, v]) => `${k}=${cell(v)}`).join(', ');
  }
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return `${text.slice(0, 10)} ${text.slice(11, 16)}Z`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
