import { type Command, CommanderError } from 'commander';
import { guardOutput } from '../../outputGuard.js';
import { ApiError } from '../client/apiError.js';
import { CliError, EXIT, type ExitCode, systemReason } from '../exitCodes.js';
import { note } from '../terminal/terminal.js';
import { withoutTyped } from '../typedWords.js';

/** As shells have it for a program that wrote to a reader who is gone. */
const NOBODY_READS = 141;
const CODES: Readonly<Record<ExitCode, string>> = {
  [EXIT.ok]: 'ok',
  [EXIT.failed]: 'failed',
  [EXIT.usage]: 'usage',
  [EXIT.login]: 'login_needed',
  [EXIT.forbidden]: 'forbidden',
  [EXIT.notFound]: 'not_found',
  [EXIT.conflict]: 'conflict',
  [EXIT.unavailable]: 'unavailable',
  [EXIT.rejected]: 'rejected',
  [EXIT.unproven]: 'unproven',
  [EXIT.interrupted]: 'interrupted',
};

/** Parses and runs; whatever goes wrong ends as a clear text on stderr and a documented exit code. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  guardOutput('error');
  for (const stream of [process.stdout, process.stderr]) stream.on('error', writeFailed);
  // The words after `--` belong to the command that `run` starts.
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const json = ours.includes('--json');
  const clean = (text: string) => withoutTyped(text, ours);
  prepare(program, json, clean);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = told(error, json, clean);
  }
}

/** `| head` has read enough, or the disk is full. */
function writeFailed(error: Error): never {
  const reason = systemReason(error);
  if (reason === 'EPIPE') process.exit(NOBODY_READS);
  process.stderr.write(`error: the output can't be written: ${reason}\n`);
  process.exit(EXIT.failed);
}

/** Otherwise commander ends the process before stdout is written. */
function prepare(command: Command, json: boolean, clean: (text: string) => string): void {
  command.exitOverride();
  // With --json the same is printed as JSON, once.
  command.configureOutput({ outputError: (text, write) => (json ? undefined : write(clean(text))) });
  for (const child of command.commands) prepare(child, json, clean);
}

function told(error: unknown, json: boolean, clean: (text: string) => string): ExitCode {
  if (error instanceof CommanderError) {
    // commander has printed its own text already; help and version end with 0.
    if (error.exitCode === 0) return EXIT.ok;
    const helped = error.code === 'commander.help';
    const detail = helped ? 'A required value is missing. See --help.' : error.message;
    if (json) note(clean(JSON.stringify({ code: 'usage', detail: detail.replace(/^error: /, '') })));
    return EXIT.usage;
  }
  const known = error instanceof CliError ? error : ofOurs(error);
  if (json) note(clean(JSON.stringify(asJson(known))));
  // After Ctrl-C no message is needed.
  else if (known.exitCode !== EXIT.interrupted)
    note(clean(`error: ${known.message}${known.hint === undefined ? '' : `\n${known.hint}`}`));
  return known.exitCode;
}

function asJson(error: CliError): Record<string, unknown> {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  if (error instanceof ApiError) return { ...error.problem, ...hint };
  return { code: CODES[error.exitCode], detail: error.message, ...hint };
}

/** A bug in this program. The place helps to fix it; the error text may hold anything. */
function ofOurs(error: unknown): CliError {
  const name = error instanceof Error ? error.name : typeof error;
  const place =
    error instanceof Error ? /^ +at .*?([\w-]+\.js:\d+)/m.exec(error.stack ?? '')?.[1] : undefined;
  return new CliError(
    `Internal error in this program (${name}${place === undefined ? '' : ` at ${place}`}).`,
    EXIT.failed,
  );
}
