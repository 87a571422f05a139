import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const KINDS = ['unit', 'component', 'conformance', 'integration'];
const COMPILED = join('dist', 'test');
/** Next to the packages, so that it is never committed and outlives a clean build. */
const RECORD = join('node_modules', '.cache', 'glassdome-broker', 'suite-seconds.json');
/** What a suite takes that was never run here. Only the order depends on it. */
const GUESSED_SECONDS: Record<string, number> = { integration: 15, conformance: 10, component: 2 };

/** The compiled suites whose path begins with one of these words, as `integration/vault` or `unit/`; all where there are none. */
export function findSuites(root: string, wanted: readonly string[]): string[] {
  const suites = KINDS.flatMap((kind) => {
    const folder = join(root, COMPILED, kind);
    return existsSync(folder)
      ? readdirSync(folder, { recursive: true }).map((name) => join(kind, String(name)))
      : [];
  });
  const isWanted = (suite: string) =>
    wanted.length === 0 || wanted.some((one) => suite.startsWith(join(one)));
  // A compiled suite whose source is gone would still run, so only those with a source count.
  const hasSource = (suite: string) => existsSync(join(root, 'test', suite.replace(/js$/, 'ts')));
  return suites.filter((suite) => suite.endsWith('.test.js') && isWanted(suite) && hasSource(suite)).sort();
}

/** The file of a suite. */
export const fileOf = (root: string, suite: string): string => join(root, COMPILED, suite);

export const kindOf = (suite: string): string => suite.split('/')[0] ?? '';

/** How long each suite took when it last ran here. */
export class SuiteSeconds {
  private readonly file: string;
  private readonly seconds: Record<string, number>;

  constructor(root: string) {
    this.file = join(root, RECORD);
    this.seconds = recorded(this.file);
  }

  /** So ordered that no long suite is left for the end, when the other workers have nothing to do. */
  longestFirst(suites: readonly string[]): string[] {
    const expected = (suite: string) => this.seconds[suite] ?? GUESSED_SECONDS[kindOf(suite)] ?? 1;
    return [...suites].sort((one, other) => expected(other) - expected(one));
  }

  note(suite: string, seconds: number): void {
    this.seconds[suite] = Math.round(seconds * 10) / 10;
  }

  save(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${JSON.stringify(this.seconds, null, 2)}\n`);
  }
}

function recorded(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    // It is missing or damaged; the guesses do as well.
    return {};
  }
}
