import { Command } from 'commander';
import { ApiError } from './apiError.js';
import { Cli, type GlobalOptions } from './cli.js';

/** A command with the options that all of them have. */
export function leaf(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('--json', 'answer in JSON')
    .option('--server <url>', 'address of the broker');
}

/**
 * Runs `work` with the broker that the options of this command name.
 * @param answerMs how long one answer may take; left out, as long as the longest import.
 */
export function withBroker<Options extends GlobalOptions>(
  work: (cli: Cli, options: Options, words: string[]) => Promise<void>,
  answerMs?: number,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const options = command.opts<Options>();
    try {
      await work(new Cli(options, answerMs), options, command.args);
    } catch (error) {
      throw error instanceof ApiError ? new ApiError(error.problem, error.hint, spokenIn(command)) : error;
    }
  };
}

/** Its arguments, but for those that are an option, too. */
function spokenIn(command: Command): string[] {
  const options = new Set(command.options.map((option) => option.attributeName()));
  return command.registeredArguments.map((one) => one.name()).filter((name) => !options.has(name));
}

/** Collects an option that may be repeated. */
export const repeated = (word: string, before: string[] | undefined): string[] => [...(before ?? []), word];
