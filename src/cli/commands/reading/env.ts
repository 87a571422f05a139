import type { GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import type { EnvironmentOptions } from '../../environment/brokerEnvironment.js';
import { ENV_FORMATS, type EnvFormat, formatVariables } from '../../environment/envFormats.js';
import { ENVIRONMENT_MS, fetchEnvironment } from '../../environment/environment.js';
import { printSources } from '../../environment/environmentSources.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson } from '../../terminal/output.js';
import { note, say } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, EnvironmentOptions {
  format?: string;
}

/** Names and where each comes from; the values only for a named format. */
export const env = leaf('env', 'list the variables that `run` would set; values only with --format')
  .option('--format <format>', `print the values too: ${ENV_FORMATS.join(', ')}`)
  .option('--env-file <file>', '.env file for the other variables; values from the broker win')
  .option('--only <variable>', 'take only this variable from credentials; may be repeated', repeated)
  .option('--label <key=value>', 'take only credentials with this label; may be repeated', repeated)
  .option('--no-aliases', 'take variables only under the names that credentials have for them')
  .option('--used-by <name>', 'agent or deployment that uses the values')
  .action(
    withBroker<Options>(async (cli, options) => {
      const format = formatOf(options.format);
      const environment = await fetchEnvironment(cli, { ...options, namesOnly: format === undefined });
      if (format !== undefined) {
        const { text, leftOut } = formatVariables(environment.variables, format);
        for (const name of leftOut) note(`warning: ${name} was left out: no shell accepts that name`);
        if (text !== '') say(text);
      } else if (options.json) printJson(environment.sources);
      else if (Object.keys(environment.sources).length === 0)
        note('No credential that you may read sets a variable.');
      else printSources(environment);
    }, ENVIRONMENT_MS),
  );

function formatOf(word: string | undefined): EnvFormat | undefined {
  const format = ENV_FORMATS.find((known) => known === word);
  if (word !== undefined && format === undefined)
    throw new CliError(`--format must be one of ${ENV_FORMATS.join(', ')}`, EXIT.usage);
  return format;
}
