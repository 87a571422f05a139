import type { GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import type { EnvironmentOptions } from '../../environment/brokerEnvironment.js';
import { runChild } from '../../environment/child.js';
import { ENVIRONMENT_MS, fetchEnvironment, ownEnvironment } from '../../environment/environment.js';
import { tellSources } from '../../environment/environmentSources.js';
import { overShell } from '../../environment/shellVariables.js';
import { CliError, EXIT } from '../../exitCodes.js';

interface Options extends GlobalOptions, EnvironmentOptions {
  verbose?: boolean;
  override: boolean;
}

/** Starts a program that finds its credentials in its environment, and nowhere else: not on disk, not in argv. */
export const run = leaf('run', 'start a program with the variables of your credentials')
  .argument('<command...>', 'after --: the program and its arguments')
  .usage('[options] -- <command> [arguments]')
  .option('--env-file <file>', 'read other variables from a .env file; values from the broker win')
  .option('--only <variable>', 'take only this variable from credentials; may be repeated', repeated)
  .option('--label <key=value>', 'take only credentials with this label; may be repeated', repeated)
  .option('--require <variable...>', 'start nothing when one of these is not set')
  .option('--require-any', 'start nothing when no credential is readable')
  .option('--no-override', 'keep values of variables that are already set in the shell')
  .option('--strict', 'start nothing on conflicts, unreadable credentials and overrides by others')
  .option('--no-aliases', 'take variables only under the names that credentials have for them')
  .option('--used-by <name>', 'agent or deployment that uses the values')
  .option('--verbose', 'show on stderr which variable came from where')
  .passThroughOptions()
  .action(
    withBroker<Options>(async (cli, options, [command, ...args]) => {
      if (!command) throw new CliError('Name the program to run after --', EXIT.usage);
      const environment = await fetchEnvironment(cli, options);
      const env = await overShell(cli, environment, options);
      if (options.verbose) tellSources(environment);
      process.exitCode = await runChild(command, args, { ...ownEnvironment(), ...env });
    }, ENVIRONMENT_MS),
  );
