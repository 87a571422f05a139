import { type ParsedDotenv, parseDotenv } from './dotenv.js';
import { readStatements } from './dotenvStatements.js';

/** A statement to take out: its first line, and the text of the comment in its place. */
export interface TakenLine {
  line: number;
  name: string;
  comment: string;
}

/**
 * The text of a `.env` with a comment in the place of each taken statement, and how many were taken. What other lines refer
 * to stays. Undefined where the rest would be read otherwise than before: then nothing may be changed.
 */
export function cleanedDotenv(
  text: string,
  given: readonly TakenLine[],
): { text: string; names: string[] } | undefined {
  const lines = text.split('\n');
  const statements = [...readStatements(text)];
  // Earlier statements of the same name go along: they would count again.
  const taken = given.flatMap((one) =>
    statements
      .filter(({ key, line }) => key === one.name || line === one.line)
      .map(({ line }) => ({ ...one, line })),
  );
  const left = statements.filter(({ line }) => !taken.some((one) => one.line === line));
  const isNeeded = ({ name }: TakenLine) => left.some(({ value }) => value?.includes(`\${${name}`) === true);
  const free = taken.filter((one) => !isNeeded(one));
  // A taken line may be needed by one that stays for the reason above.
  const dropped = taken.filter((one) => !free.includes(one));
  const done = free.filter(
    ({ name }) =>
      !statements.some((s) => dropped.some((d) => d.line === s.line) && s.value?.includes(`\${${name}`)),
  );
  for (const { line, comment } of done) {
    const index = statements.findIndex((statement) => statement.line === line);
    const next = statements[index + 1]?.line ?? lines.length + 1;
    const last = lastLine(lines, { line, next, value: statements[index]?.value ?? null });
    const end = lines[last - 1]?.endsWith('\r') === true ? '\r' : '';
    for (let n = line; n <= last; n += 1) lines[n - 1] = `#${end}`;
    lines[line - 1] = `# ${comment}${end}`;
  }
  const cleaned = lines.join('\n');
  const names = new Set(done.map(({ name }) => name));
  return isSame(parseDotenv(text), parseDotenv(cleaned), names)
    ? { text: cleaned, names: [...names] }
    : undefined;
}

/** The first line up to which the statement alone has its value: comments behind it stay. */
function lastLine(
  lines: readonly string[],
  { line, next, value }: { line: number; next: number; value: string | null },
): number {
  for (let last = line; last < next; last += 1) {
    const [first, ...more] = [...readStatements(lines.slice(line - 1, last).join('\n'))];
    if (more.length === 0 && first?.value === value) return last;
  }
  return line;
}

function isSame(before: ParsedDotenv, after: ParsedDotenv, names: ReadonlySet<string>): boolean {
  const kept = before.entries.filter(({ name }) => !names.has(name));
  const now = after.entries.filter(({ name }) => !names.has(name));
  return (
    after.entries.length === now.length &&
    kept.length === now.length &&
    kept.every(({ name, value }) => now.find((entry) => entry.name === name)?.value === value)
  );
}
