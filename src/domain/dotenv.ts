import { interpolate } from './dotenvInterpolation.js';
import { readStatements } from './dotenvStatements.js';

/** One variable of a `.env`. Its value may be a secret: whoever keeps it wraps it. */
export interface DotenvEntry {
  name: string;
  /** `null` for a name that stands alone, without `=`. */
  value: string | null;
  /** Line of the statement that counts, from 1. */
  line: number;
  /** Lines of earlier statements for the same name; the last one wins, even when it is empty. */
  overriddenLines: number[];
  /** Names of `${…}` in it that neither the file nor the environment knows: "take it from the shell". */
  unresolved: string[];
}

/** A statement that was left out, and why. Never holds a value. */
export interface DotenvWarning {
  line: number;
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
 * `environment`. What cannot be read is left out with a warning and the rest counts. Never throws.
 */
export function parseDotenv(text: string, options: DotenvOptions = {}): ParsedDotenv {
  const environment = new Map(Object.entries(options.environment ?? {}));
  const known = new Map<string, string | null>();
  const entries = new Map<string, DotenvEntry>();
  const warnings: DotenvWarning[] = [];
  let room = MAX_EXPANDED_CHARS;
  for (const { line, key, value } of readStatements(text)) {
    if (key === undefined) {
      warnings.push({ line, message: 'is not NAME=value and was left out' });
      continue;
    }
    const lookUp = (name: string) => (known.has(name) ? known.get(name) : environment.get(name));
    const expanded = value === null ? { value, unresolved: [] } : interpolate(value, lookUp, room);
    if (expanded === 'too_long') {
      warnings.push({ line, message: 'grows too long by its references and was left out' });
      continue;
    }
    room -= expanded.value?.length ?? 0;
    known.set(key, expanded.value);
    const earlier = entries.get(key);
    const overriddenLines = earlier?.overriddenLines ?? [];
    if (earlier !== undefined) overriddenLines.push(earlier.line);
    entries.set(key, { name: key, line, overriddenLines, ...expanded });
  }
  return { entries: [...entries.values()], warnings };
}
