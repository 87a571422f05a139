import { isVariableName } from '../environment/variableName.js';
import { continuesText, isBase64Line, isBase64Tail } from './dotenvBlocks.js';
import { interpolate } from './dotenvInterpolation.js';
import { type DotenvStatement, readStatements } from './dotenvStatements.js';

/** One variable of a `.env`. Its value may be a secret: store it only in a `Secret`. */
export interface DotenvEntry {
  name: string;
  /** `null` where it goes on over several lines without quotes, so that nothing of it counts (`unquoted`). */
  value: string | null;
  /** Line of the statement that counts, from 1. */
  line: number;
  /** Lines of earlier statements for the same name; the last one wins, even when it is empty. */
  overriddenLines: number[];
  /** Names of `${…}` in it that neither the file nor the environment knows: "take it from the shell". */
  unresolved: string[];
  /** Lines and kind of a value that nobody put in quotes. */
  unquoted?: string;
  /** Its value wins over those of other variables for the same field. */
  preferred?: boolean;
}

/** A statement that was left out, and why. Holds nothing of the file's text. */
export interface DotenvWarning {
  line: number;
  /** Of several lines: the last one. */
  to?: number;
  message: string;
}

export interface ParsedDotenv {
  /** In the order in which the names first stand in the file. */
  entries: DotenvEntry[];
  warnings: DotenvWarning[];
}

export interface DotenvOptions {
  /** Where `${NAME}` looks after the file itself. Left out: nowhere; never the process's own environment. */
  environment?: Readonly<Record<string, string>>;
}

/** Characters that all values together may grow to by `${…}`; a few lines could otherwise fill the memory. */
export const MAX_EXPANDED_CHARS = 4_194_304;

/**
 * Reads a `.env` as python-dotenv 1.2.4 does from a file (`dotenv_values`): quotes, escapes, `export`, comments, values
 * over several lines, CR LF, and `${NAME}` in every kind of quoting, where names that stand earlier in the file win over
 * `environment`. What cannot be read is left out with a warning that gives its lines, and the rest counts. So is what
 * has no name of a variable before its `=`, or no `=`: the lines of a key without quotes look like that. Never throws.
 */
export function parseDotenv(text: string, options: DotenvOptions = {}): ParsedDotenv {
  const environment = new Map(Object.entries(options.environment ?? {}));
  const known = new Map<string, string | null>();
  const entries = new Map<string, DotenvEntry>();
  const warnings: DotenvWarning[] = [];
  let room = MAX_EXPANDED_CHARS;
  let before: Before | undefined;
  for (const statement of readStatements(text)) {
    const { line, key, value } = statement;
    const lookUp = (name: string) => (known.has(name) ? known.get(name) : environment.get(name));
    const expanded = value === null ? { value, unresolved: [] } : interpolate(value, lookUp, room);
    const message = expanded === 'too_long' ? TOO_LONG : leftOut(statement, before);
    before = { statement, continues: message === NO_NAME };
    if (message !== undefined) warnings.push(message === UNQUOTED ? ofBlock(statement) : { line, message });
    if (key === undefined || expanded === 'too_long') continue;
    room -= expanded.value?.length ?? 0;
    known.set(key, expanded.value);
    // As in python-dotenv, a name without a value removes what was set before.
    if (expanded.value === null) entries.delete(key);
    if (message !== undefined && (message !== UNQUOTED || !isVariableName(key))) continue;
    const earlier = entries.get(key);
    const overriddenLines = earlier?.overriddenLines ?? [];
    if (earlier !== undefined) overriddenLines.push(earlier.line);
    const unquoted = message === UNQUOTED ? { unquoted: ofBlock(statement).message } : {};
    entries.set(key, { name: key, line, overriddenLines, ...expanded, ...unquoted });
  }
  return { entries: [...entries.values()], warnings };
}

const TOO_LONG = 'becomes too long with its references and was left out';
const NO_NAME = 'does not begin with a variable name and was left out';
const UNQUOTED = 'continues without quotes';

/** The statement before; `continues`: it was no assignment itself. */
interface Before {
  statement: DotenvStatement;
  continues: boolean;
}

/** Why a statement does not count, or undefined. */
function leftOut(statement: DotenvStatement, before: Before | undefined): string | undefined {
  const { key, value, unquoted } = statement;
  if (unquoted !== undefined) return UNQUOTED;
  if (key === undefined) return 'is not NAME=value and was left out';
  if (value === null) return 'has no "=" and was left out';
  if (!isVariableName(key) || /^\s*[^\s=]+==\s*$/.test(statement.text) || endsBase64(statement, before))
    return NO_NAME;
  return undefined;
}

/** `bGFzdA=` behind another line of base64, or behind a line that was no assignment. */
function endsBase64({ line, text, key = '' }: DotenvStatement, before: Before | undefined): boolean {
  if (before === undefined) return false;
  const { statement: last, continues } = before;
  if ((last.unquoted?.to ?? last.line) !== line - 1) return false;
  if (continuesText(text, key, continues || last.unquoted !== undefined ? null : last.text)) return true;
  if (last.unquoted !== undefined || !isBase64Tail(text)) return false;
  return isBase64Line(last.text) || (last.value === null && /[a-z]/.test(text) && /[A-Z]/.test(text));
}

/** A warning as one line: `line 3 is not NAME=value …`, `lines 3-28: …`. */
export const warningText = ({ line, to, message }: DotenvWarning): string =>
  to === undefined ? `line ${line} ${message}` : message;

function ofBlock({ line, unquoted }: DotenvStatement): DotenvWarning {
  const { to = line, what = '' } = unquoted ?? {};
  const lines = to === line ? `line ${line}` : `lines ${line}-${to}`;
  return { line, to, message: `${lines}: ${what}; put it in quotes` };
}
