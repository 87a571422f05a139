import { styleText } from 'node:util';
import { CliError, EXIT } from '../exitCodes.js';
import { say } from './terminal.js';

export interface Column {
  title: string;
  /** Reads the cell; null, undefined and '' show as a dash. */
  value: (row: Record<string, unknown>) => unknown;
  /** Left out where the screen is too narrow for all, the last such column first. */
  extra?: boolean;
  /** Never cut, however narrow the screen. */
  whole?: boolean;
  /** Where it is too long, it goes on in the next line under itself and is not cut. */
  wraps?: boolean;
  /** On a terminal, coloured by what it says: `ok` green, `rejected` red. */
  toned?: boolean;
}

const GAP = '  ';
/** A column is not cut below this. */
const NARROWEST = 8;

/** The answer of the API as it came, for scripts. */
export function printJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** One line a row. On a screen that is too narrow, columns that matter less are left out and then the widest are cut. */
export function printTable(columns: readonly Column[], rows: readonly Record<string, unknown>[]): void {
  const all = columns.map((column) => [column.title, ...rows.map((row) => cell(column.value(row)))]);
  const lines = fitted(columns, all, { screen: screenWidth(), colour: hasColour() });
  for (const line of lines) say(line);
}

/** The columns that a person named, in that order: `name,health`. */
export function chosenColumns(
  columns: readonly Column[],
  words: string | undefined,
  flag: string,
): readonly Column[] {
  if (words === undefined) return columns;
  return words.split(',').map((word) => {
    const wanted = word
      .trim()
      .toLowerCase()
      .replace(/[ _-]+/g, ' ');
    const column = columns.find(({ title }) => title.toLowerCase() === wanted);
    if (column !== undefined) return { ...column, extra: false };
    const known = columns.map(({ title }) => title.toLowerCase().replaceAll(' ', '_')).join(', ');
    throw new CliError(`${flag}: there is no column "${word.trim()}".`, EXIT.usage, `Choose from: ${known}`);
  });
}

/** False for pipes and files, with `NO_COLOR` set, and on terminals without colours. */
const hasColour = (): boolean => process.stdout.isTTY === true && process.stdout.hasColors();

const TONES = {
  green: /^(ok|active|allowed|healthy|sent|on|yes)$/,
  red: /^(rejected|critical|expired|dead|destroyed|revoked)\b|^(denied|failed)(:|$)/,
  yellow: /^(limited|unreachable|blocked|warning|pending|paused|disabled|deleted|unsafe)\b/,
  gray: /^(-|unchecked|info|never)$/,
} as const;

/** A cell in the colour of what it says. */
function toned(text: string, padded: string): string {
  const tone = (Object.keys(TONES) as (keyof typeof TONES)[]).find((colour) => TONES[colour].test(text));
  return tone === undefined ? padded : styleText(tone, padded, { validateStream: false });
}

/** Pipes and files have no width; some terminals report 0. */
const screenWidth = () => (process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY;

/** The lines of a table on a screen of `screen` characters. */
export function fitted(
  columns: readonly Column[],
  cells: readonly string[][],
  { screen, colour = false }: { screen: number; colour?: boolean },
): string[] {
  const shown = cells.map((texts, i) => {
    const { extra = false, whole = false, wraps = false, toned: paints = false } = columns[i] ?? {};
    return { texts, width: widest(texts), extra, whole, wraps, paints: paints && colour };
  });
  const tooWide = () => shown.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) > screen;
  while (tooWide()) {
    const last = shown.findLastIndex(({ extra }) => extra);
    if (last < 0) break;
    shown.splice(last, 1);
  }
  while (tooWide()) {
    const broad = shown.filter(({ whole }) => !whole).sort((a, b) => b.width - a.width)[0];
    if (broad === undefined || broad.width <= NARROWEST) break;
    broad.width -= 1;
  }
  return (shown[0]?.texts ?? []).flatMap((_, row) => linesOf(shown, row));
}

interface Shown {
  texts: readonly string[];
  width: number;
  wraps: boolean;
  paints: boolean;
}

/** The lines of one row: as many as its longest cell that wraps. */
function linesOf(shown: readonly Shown[], row: number): string[] {
  const cells = shown.map(({ texts, width, wraps }) => {
    const text = texts[row] ?? '';
    return wraps ? wrapped(text, width) : [cut(text, width)];
  });
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    shown
      .map(({ texts, width, paints }, i) => {
        const padded = (cells[i]?.[line] ?? '').padEnd(width);
        return paints && row > 0 && line === 0 ? toned(texts[row] ?? '', padded) : padded;
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Breaks between words; a word that is longer than the line, within it. */
function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap((long) => pieces(long, width))) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const pieces = (word: string, width: number): string[] =>
  word.length <= width
    ? [word]
    : Array.from({ length: Math.ceil(word.length / width) }, (_, i) =>
        word.slice(i * width, (i + 1) * width),
      );

const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
const cut = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

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
  // Line ends, and letters that steer the terminal or the order of the others.
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
