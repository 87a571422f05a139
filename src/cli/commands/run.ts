import { runChild } from '../child.js';
import type { GlobalOptions } from '../cli.js';
import { leaf, repeated, withBroker } from '../command.js';
import { ENVIRONMENT_MS, type EnvironmentOptions, fetchEnvironment, ownEnvironment } from '../environment.js';
import { tellSources } from '../environmentSources.js';
import { CliError, EXIT } from '../exitCodes.js';

interface Options extends GlobalOptions, EnvironmentOptions {
  verbose?: boolean;
}

/** Starts a program that finds its credentials in its environment, and nowhere else: not on disk, not in argv. */
export const run = leaf('run', 'start a program with the variables of your credentials')
  .argument('<command...>', 'behind --: the program and its arguments')
  .usage('[options] -- <command> [arguments]')
  .option('--env-file <file>', 'a .env for the other variables; values of the broker win')
  .option('--only <variable>', 'of the credentials only this variable; may be repeated', repeated)
  .option('--used-by <name>', 'the agent or deployment that it is for')
  .option('--verbose', 'tell on stderr which variable came from where')
  .passThroughOptions()
  .action(
    withBroker<Options>(async (cli, options, [command, ...args]) => {
      if (!command) throw new CliError('Name the program to run behind --', EXIT.usage);
      const environment = await fetchEnvironment(cli, options);
      if (options.verbose) tellSources(environment);
      const env = { ...ownEnvironment(), ...environment.variables };
      process.exitCode = await runChild(command, args, env);
    }, ENVIRONMENT_MS),
  );
