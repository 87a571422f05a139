type Report = (event: string, fields: Record<string, string>) => void;
type Crash = (event: string, name: string) => void;

export interface OutputGuard {
  /** Where what libraries say is noted from now on: that they said something, never what. */
  onOutput(report: Report): void;
  /** What happens from now on to an error that nobody caught. */
  onCrash(crash: Crash): void;
}

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'assert'] as const;
const CODE = /^[A-Z][A-Z0-9_]{0,39}$/;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,59}$/;

/**
 * Keeps the words of libraries out of what this process prints: a parser's warning quotes the text it was given, and an
 * error nobody caught is printed with all its members. Warnings of the process and `console` are reported by kind only.
 */
export function guardOutput(program: string): OutputGuard {
  let report: Report = () => undefined;
  let crash: Crash = (event, name) => {
    process.stderr.write(`${program}: ${event} (${name})\n`);
    process.exit(1);
  };
  // The first listener is Node's own, which prints.
  process.removeAllListeners('warning');
  process.on('warning', (warning) =>
    report('process_warning', { warning: errorName(warning), ...codeOf(warning) }),
  );
  for (const method of METHODS) console[method] = () => report('library_output', { method });
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => crash(event, errorName(error)));
  return {
    onOutput: (next) => {
      report = next;
    },
    onCrash: (next) => {
      crash = next;
    },
  };
}

/** Its class, where that is a plain word. */
function errorName(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return NAME.test(name) ? name : 'Error';
}

function codeOf(warning: Error): Record<string, string> {
  const code = 'code' in warning ? String(warning.code) : '';
  return CODE.test(code) ? { code } : {};
}
