import { type Command, CommanderError } from 'commander';
import { ApiError } from './apiError.js';
import { CliError, EXIT, type ExitCode } from './exitCodes.js';
import { note } from './terminal.js';

/** Parses and runs; whatever goes wrong ends as one line on stderr and a documented exit code. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  throwInsteadOfExit(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // What stands behind `--` belongs to the command that `run` starts.
    const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
    process.exitCode = told(error, ours.includes('--json'));
  }
}

/** commander ends the process by itself otherwise, before stdout is written out. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}

function told(error: unknown, json: boolean): ExitCode {
  // commander has printed its own text already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CliError)) {
    note(
      `error: something went wrong in this program (${error instanceof Error ? error.name : typeof error})`,
    );
    return EXIT.failed;
  }
  if (json)
    note(
      JSON.stringify(
        error instanceof ApiError ? error.problem : { code: 'cli_error', detail: error.message },
      ),
    );
  else note(`error: ${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
  return error.exitCode;
}
