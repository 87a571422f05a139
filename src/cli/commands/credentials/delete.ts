import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { printJson } from '../../terminal/output.js';
import { confirm, note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  yes?: boolean;
}

/** Soft: the credential can be restored for 30 days. */
export const remove = leaf('delete', 'delete a credential; it can be restored for 30 days')
  .argument('<credential>', 'name, owner/name or id')
  .option('--yes', 'do not ask')
  .action(
    withBroker<Options>(async (cli, options, [word = '']) => {
      const { id, name } = await findCredential(cli, word);
      await confirm(`Delete "${name}"?`, options.yes);
      await cli.call(`/api/credentials/${id}`, { method: 'DELETE' });
      if (options.json) printJson({ id, name, status: 'deleted' });
      else note(`Deleted "${name}". Within 30 days: glassdome credentials restore ${id}`);
    }),
  );
