import { type UnquotedBlock, unquotedBlock } from './dotenvBlocks.js';

/** One statement of a `.env`, before `${…}` is replaced. Without a key: a line that could not be read. */
export interface DotenvStatement {
  line: number;
  key?: string;
  value: string | null;
  /** Its first line as it is in the file. */
  text: string;
  /** Its value goes on, without quotes, to this line, so that nothing of it counts. */
  unquoted?: { to: number; what: string };
}

/** What Python's `\s` knows as blank, without the line feed. JavaScript's `\s` is another set. */
const BLANK = '\\t\\v\\f\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
// Sticky patterns: each matches at the reader's position or not at all.
const BLANKS_AND_LINES = new RegExp(`[${BLANK}\\n]*`, 'y');
const BLANKS = new RegExp(`[${BLANK}]*`, 'y');
const EXPORT = new RegExp(`(?:export[${BLANK}]+)?`, 'y');
const QUOTED_KEY = /'([^']+)'/y;
const PLAIN_KEY = new RegExp(`([^=#${BLANK}\\n]+)`, 'y');
const EQUAL_SIGN = new RegExp(`=[${BLANK}]*`, 'y');
const REST = /[^\n]*/y;
const COMMENT = new RegExp(`(?:[${BLANK}]*#[^\\n]*)?`, 'y');
const END_OF_LINE = new RegExp(`[${BLANK}]*(?:\\n|$)`, 'y');
const IS_BLANK = new RegExp(`[${BLANK}]`);

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A place in the text; `null` from a method means that what was asked for does not stand there. */
class Reader {
  readonly text: string;
  at = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The number of the line on which the position is, from 1. */
  line(): number {
    for (; this.#counted < this.at; this.#counted += 1)
      if (this.text[this.#counted] === '\n') this.#line += 1;
    return this.#line;
  }

  /** Goes to the begin of the line with this number, from 1, or to the end; also back. */
  toLine(line: number, starts: readonly number[]): void {
    this.at = starts[line - 1] ?? this.text.length;
    this.#line = line;
    this.#counted = this.at;
  }

  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  ended(): boolean {
    return this.at >= this.text.length;
  }
}

/**
 * The statements of a `.env` by python-dotenv's grammar (its parser.py, 1.2.4), comments and empty lines left out.
 * A byte order mark is dropped and every line end is a line feed, as Python reads a text file. What python-dotenv would
 * take line by line, though it is one value without quotes, is one statement here (`unquoted`).
 */
export function* readStatements(text: string): Generator<DotenvStatement> {
  const reader = new Reader(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'));
  const lines = reader.text.split('\n');
  const starts = startsOf(lines);
  while (!reader.ended()) {
    reader.take(BLANKS_AND_LINES);
    if (reader.ended()) return;
    const start = { line: reader.line(), text: lines[reader.line() - 1] ?? '' };
    const statement = readStatement(reader);
    const isComment = statement !== null && statement.key === undefined;
    const block = isComment || statement?.quoted ? undefined : unquotedBlock(lines, start.line - 1);
    if (block !== undefined) {
      reader.toLine(block.last + 2, starts);
      yield { ...start, ...blockOf(start.text, block) };
    } else if (statement === null) {
      // The rest of the line at which reading stopped goes; what follows may be fine.
      reader.take(REST);
      if (reader.peek() === '\n') reader.at += 1;
      yield { ...start, value: null };
    } else if (!isComment)
      yield { ...start, ...(statement.key !== undefined && { key: statement.key }), value: statement.value };
  }
}

/** An unclosed quote may have led the reader astray, so the name is read from the line itself. */
function blockOf(text: string, { last, what }: UnquotedBlock): Omit<DotenvStatement, 'line' | 'text'> {
  const key = /^\s*(?:export\s+)?([^=#\s]+)\s*=/.exec(text)?.[1];
  return { ...(key !== undefined && { key }), value: null, unquoted: { to: last + 1, what } };
}

function startsOf(lines: readonly string[]): number[] {
  let at = 0;
  return lines.map((line) => {
    const start = at;
    at += line.length + 1;
    return start;
  });
}

interface Statement {
  key?: string;
  value: string | null;
  quoted: boolean;
}

function readStatement(reader: Reader): Statement | null {
  reader.take(EXPORT);
  const key = readKey(reader);
  if (key === null) return null;
  reader.take(BLANKS);
  const value = readAssignment(reader);
  if (value === 'unreadable') return null;
  reader.take(COMMENT);
  if (reader.take(END_OF_LINE) === null) return null;
  return { ...key, value: value.text, quoted: value.quoted === true };
}

function readKey(reader: Reader): { key?: string } | null {
  if (reader.peek() === '#') return {};
  const found = reader.take(reader.peek() === "'" ? QUOTED_KEY : PLAIN_KEY);
  return found?.[1] === undefined ? null : { key: found[1] };
}

function readAssignment(reader: Reader): { text: string | null; quoted?: true } | 'unreadable' {
  const sign = reader.take(EQUAL_SIGN);
  if (sign === null) return { text: null };
  const first = reader.peek();
  // `NAME= # note` is empty, `NAME=#text` is a value.
  if (sign[0].length > 1 && first === '#') return { text: '' };
  if (first === "'" || first === '"') return readQuoted(reader, first);
  return { text: withoutComment(reader.take(REST)?.[0] ?? '') };
}

function readQuoted(reader: Reader, quote: '"' | "'"): { text: string; quoted: true } | 'unreadable' {
  const start = reader.at + 1;
  let end = start;
  while (end < reader.text.length && reader.text[end] !== quote) end += reader.text[end] === '\\' ? 2 : 1;
  if (end >= reader.text.length) return 'unreadable';
  reader.at = end + 1;
  const escapes = quote === '"' ? /\\([\\'"abfnrtv])/g : /\\([\\'])/g;
  const text = reader.text
    .slice(start, end)
    .replace(escapes, (_, letter: string) => ESCAPES[letter] ?? letter);
  return { text, quoted: true };
}

/** A `#` begins a comment only behind a blank. Written as loops: a pattern would be quadratic in a run of blanks. */
function withoutComment(part: string): string {
  let end = part.length;
  for (let hash = part.indexOf('#', 1); hash !== -1; hash = part.indexOf('#', hash + 1)) {
    if (!IS_BLANK.test(part.charAt(hash - 1))) continue;
    end = hash;
    break;
  }
  while (end > 0 && IS_BLANK.test(part.charAt(end - 1))) end -= 1;
  return part.slice(0, end);
}
