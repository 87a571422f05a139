import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { note } from '../terminal/terminal.js';

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to all of its foreground programs. A second one means "now!" to many of them. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT'];

/** As shells have it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * Runs a program in our place: same stdin, stdout and stderr, signals passed on. Resolves to its exit code, or 128 + n
 * when signal n ended it; 127 when it is not there and 126 when it can't be run.
 */
export function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let child: ChildProcess | undefined;
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY === true);
  const forward = (signal: NodeJS.Signals) => {
    if (!atTerminal || !FROM_TERMINAL.includes(signal)) child?.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const ended = new Promise<number>((resolve) => {
    child = spawn(command, args, { stdio: 'inherit', env });
    child.once('error', (error: NodeJS.ErrnoException) => resolve(notStarted(command, error.code)));
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  return ended.finally(() => {
    for (const signal of FORWARDED) process.off(signal, forward);
  });
}

function notStarted(command: string, code: string | undefined): number {
  if (code === 'ENOENT') {
    note(`error: Program not found: ${command}`);
    return NOT_FOUND;
  }
  const reasons: Record<string, string> = {
    EACCES: 'is not executable (no permission, or it is a directory)',
    E2BIG: 'was given more arguments and variables than the system allows',
  };
  note(`error: ${command}: ${reasons[code ?? ''] ?? `can't be run (${code})`}`);
  return NOT_EXECUTABLE;
}
