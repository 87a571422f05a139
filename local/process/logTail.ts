import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const LOOK_BACK = 256 * 1024;
const LONGEST = 500;
/** The broker's JSON lines, Vault's, Postgres's, and what Node prints of a crash. */
const ERROR = /"level":"error"|\[ERROR\]|\b(?:FATAL|PANIC|ERROR):|^\w*Error\b|^Error |glassdome-broker: /;

/** How long the log is now; 0 where there is none. */
export function lengthOf(log: string): number {
  return existsSync(log) ? statSync(log).size : 0;
}

/** The last error that was written to the log after its length was `from`, else its last line; undefined: nothing. */
export function lastError(log: string, from: number): string | undefined {
  const size = lengthOf(log);
  const begin = Math.max(from, size - LOOK_BACK);
  if (size <= begin) return undefined;
  const bytes = Buffer.alloc(size - begin);
  const file = openSync(log, 'r');
  readSync(file, bytes, 0, bytes.length, begin);
  closeSync(file);
  const lines = bytes.toString('utf8').trim().split('\n');
  const line = lines.findLast((each) => ERROR.test(each)) ?? lines.at(-1);
  return line === undefined || line === '' ? undefined : line.slice(0, LONGEST);
}

/** The same work; what it rejects with names the log, and the last error that came into it meanwhile. */
export async function explainedBy<T>(log: string, work: () => Promise<T>): Promise<T> {
  const from = lengthOf(log);
  try {
    return await work();
  } catch (error) {
    const said = lastError(log, from);
    if (said === undefined) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}\n  log:        ${log}\n  last error: ${said}`);
  }
}
