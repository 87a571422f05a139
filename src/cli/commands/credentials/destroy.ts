import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson } from '../../terminal/output.js';
import { ask, canAsk, note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  confirm?: string;
}

/** For good, with all versions: so the name has to be typed. */
export const destroy = leaf('destroy', 'permanently remove a deleted credential and all its versions')
  .argument('<credential>', 'name, owner/name or id; see list --status deleted')
  .option('--confirm <name>', 'confirm with the name of the credential, without a prompt')
  .action(
    withBroker<Options>(async (cli, options, [word = '']) => {
      const { id, name } = await findCredential(cli, word, 'deleted');
      const typed = options.confirm ?? (canAsk() ? await ask(`Type the name "${name}" to destroy it`) : '');
      if (typed !== name)
        throw new CliError(
          'The name was not repeated; nothing was destroyed.',
          EXIT.usage,
          `--confirm "${name}"`,
        );
      const { body } = await cli.call<unknown>(`/api/credentials/${id}/destroy`, { method: 'POST' });
      if (options.json) printJson(body);
      else note(`"${name}" is marked for destruction; its versions are removed from Vault within minutes.`);
    }),
  );
