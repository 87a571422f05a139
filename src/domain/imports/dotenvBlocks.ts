/** Lines of a `.env` that belong to one value which nobody put in quotes. */
export interface UnquotedBlock {
  /** Index of its last line. */
  last: number;
  /** `an unquoted private key`. */
  what: string;
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]{1,64})-----/;
const END = '-----END ';
/** What a PEM holds between its marks: base64, headers, nothing. */
const PEM_LINE = /^\s*(?:[A-Za-z0-9+/=]+|[A-Za-z-]+: .*)?\s*$/;
const OF_VARIABLE = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*=/;
const JSON_VALUE = /^[^={["']*=\s*([{[].*)$/;
/** The maximum number of lines of this kind of value: many beginnings without an end must not make reading slow. */
const MOST_MARKED = 200;
/** A line of a JSON text outside of its strings; also of what is nearly JSON. */
const JSON_LINE = /^\s*(?:["{}[\],]|-?\d|true\b|false\b|null\b|\/\/|#|$|[A-Za-z_]\w*\s*:)/;
const HEREDOC = /^[^=]*=\s*<<-?\s*['"]?(\w+)['"]?\s*$/;
const TRIPLE = /^[^=]*=\s*("""|''')/;
const LONG_BASE64 = /^[A-Za-z0-9+/_-]{40}$/;
const BASE64_LINE = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;
const BASE64_TAIL = /^[A-Za-z0-9+/-]{1,76}={1,2}$|^[A-Za-z0-9+/]{1,76}$/;
/** `SOME_NAME=`, in letters of one case. */
const EMPTY_VARIABLE = /^(?:[A-Z][A-Z0-9_]*|[a-z][a-z0-9_]*)=$/;

/** The block that begins with the line `first`, or undefined where the line begins no block. */
export function unquotedBlock(lines: readonly string[], first: number): UnquotedBlock | undefined {
  return pem(lines, first) ?? json(lines, first) ?? marked(lines, first) ?? wrapped(lines, first);
}

/** True for a line that is nothing but base64, so no name of a variable, `=` at its end or not. */
export const isBase64Line = (line: string): boolean =>
  BASE64_LINE.test(line.trim()) && !EMPTY_VARIABLE.test(line.trim());

/** True for the end of a text of this kind, after another line of it: `bGFzdA==`, which looks like an assignment. */
export const isBase64Tail = (line: string): boolean =>
  BASE64_TAIL.test(line.trim()) && (line.trim().length % 4 === 0 || !EMPTY_VARIABLE.test(line.trim()));

/** `NAME=` or `export NAME=` before a value that is nothing but base64, or base64 with dots. */
const BASE64_VALUE = /^\s*(?:export\s+)?[^=\s]+\s*=\s*[A-Za-z0-9+/._-]{16,}={0,2}\s*$/;
const NO_VALUE = /^[^=]+=\s*$/;
const EMPTY_OR_PADDED = /^([A-Za-z0-9+/_-]{1,128})={1,2}$/;
/** `baseUrl`, `Smtp2_Host`, `ConnectionStrings__Default`: parts that can be spoken. Base64 hardly ever looks like that. */
const SPOKEN = /^(?:[A-Z]{2,}[0-9]{0,2}|[A-Z]?[a-z]{2,}[0-9]{0,2}(?:[A-Z][a-z]{2,}[0-9]{0,2})*|)$/;
const LONGEST_MIXED = 40;

/**
 * True for what is probably not a name but more of an unquoted text: nothing after its `=` and mixed case like
 * base64, or longer than names of mixed case are. `before`: the line before it, null if that is part of such text
 * itself.
 */
export function continuesText(line: string, key: string, before: string | null): boolean {
  if (!/[a-z]/.test(key) || !/[A-Z]/.test(key) || isSpoken(key)) return false;
  if (!EMPTY_OR_PADDED.test(line.trim()) && key.length <= LONGEST_MIXED) return false;
  if (before === null || BASE64_VALUE.test(before) || isBase64Line(before)) return true;
  // Lists of names without values are usual, so more is asked for there.
  return NO_VALUE.test(before) && key.length >= 12 && /\d/.test(key);
}

const isSpoken = (key: string): boolean => key.split('_').every((part) => SPOKEN.test(part));

function pem(lines: readonly string[], first: number): UnquotedBlock | undefined {
  const line = lines[first] ?? '';
  const label = BEGIN.exec(line)?.[1];
  if (label === undefined || line.includes(END)) return undefined;
  const kind = label.includes('PRIVATE')
    ? 'private key'
    : label.includes('CERTIFICATE')
      ? 'certificate'
      : 'PEM block';
  const what = `an unquoted ${kind}`;
  for (let last = first + 1; last < lines.length; last += 1) {
    const text = lines[last] ?? '';
    if (text.includes(END)) return { last, what };
    if (BEGIN.test(text)) break;
  }
  // Cut off: as far as it looks like one.
  let last = first;
  while (last + 1 < lines.length && PEM_LINE.test(lines[last + 1] ?? '') && lines[last + 1]?.trim() !== '')
    last += 1;
  return { last, what };
}

function json(lines: readonly string[], first: number): UnquotedBlock | undefined {
  const begin = JSON_VALUE.exec(lines[first] ?? '')?.[1];
  if (begin === undefined) return undefined;
  const state = { depth: 0, inString: false };
  count(begin, state);
  for (let last = first + 1; state.depth > 0 && last < lines.length; last += 1) {
    const line = lines[last] ?? '';
    const fits = state.inString ? !OF_VARIABLE.test(line) || isBase64Line(line) : JSON_LINE.test(line);
    if (!fits) return undefined;
    count(line, state);
    if (state.depth <= 0) return { last, what: 'an unquoted JSON text' };
  }
  return undefined;
}

function count(line: string, state: { depth: number; inString: boolean }): void {
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    if (state.inString && letter === '\\') at += 1;
    else if (letter === '"') state.inString = !state.inString;
    else if (!state.inString && (letter === '{' || letter === '[')) state.depth += 1;
    else if (!state.inString && (letter === '}' || letter === ']')) state.depth -= 1;
  }
}

/** What a shell or another reader of `.env` files would take: `<<EOF`, three quotes. */
function marked(lines: readonly string[], first: number): UnquotedBlock | undefined {
  const line = lines[first] ?? '';
  const what = 'a multi-line value in a form that .env files do not support';
  const word = HEREDOC.exec(line)?.[1];
  const quotes = TRIPLE.exec(line)?.[1];
  if (word === undefined && quotes === undefined) return undefined;
  for (let last = first + 1; last < Math.min(lines.length, first + MOST_MARKED); last += 1) {
    const text = lines[last] ?? '';
    if (word !== undefined ? text.trim() === word : text.includes(quotes ?? '')) return { last, what };
  }
  return undefined;
}

/** A long base64 text that continues on separate lines. */
function wrapped(lines: readonly string[], first: number): UnquotedBlock | undefined {
  const line = (lines[first] ?? '').trimEnd();
  if (!LONG_BASE64.test(line.slice(-40)) || !isBase64Line(lines[first + 1] ?? '')) return undefined;
  let last = first + 1;
  while (isBase64Line(lines[last + 1] ?? '')) last += 1;
  const tail = lines[last + 1] ?? '';
  if (!lines[last]?.trim().endsWith('=') && isBase64Tail(tail)) last += 1;
  return { last, what: 'an unquoted multi-line text' };
}
