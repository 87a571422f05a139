import type { GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { type CredentialView, findCredential } from '../find.js';
import { printJson } from '../output.js';
import { note } from '../terminal.js';

interface Options extends GlobalOptions {
  reason?: string;
}

/** Makes an older (or newer) version the one that everybody gets. */
export const activate = leaf('activate', 'make another version the active one; see history')
  .argument('<credential>', 'name, owner/name or id')
  .argument('<version>', 'its number')
  .option('--reason <text>', 'why; kept in the audit trail')
  .action(
    withBroker<Options>(async (cli, options, [word = '', version = '']) => {
      if (!/^[1-9]\d{0,8}$/.test(version)) throw new CliError('<version> must be a number', EXIT.usage);
      const { id } = await findCredential(cli, word);
      const request = {
        method: 'POST',
        body: options.reason === undefined ? {} : { reason: options.reason },
      };
      const path = `/api/credentials/${id}/versions/${version}/activate`;
      const { body } = await cli.call<CredentialView>(path, request);
      if (options.json) printJson(body);
      else note(`Version ${body.active_version} of "${body.name}" is active.`);
    }),
  );
