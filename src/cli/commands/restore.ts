import { leaf, withBroker } from '../command.js';
import { type CredentialView, findCredential } from '../find.js';
import { printJson } from '../output.js';
import { note } from '../terminal.js';

/** Takes a deletion back, within 30 days. */
export const restore = leaf('restore', 'bring a deleted credential back')
  .argument('<credential>', 'name, owner/name or id; see list --status deleted')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id } = await findCredential(cli, word, 'deleted');
      const { body } = await cli.call<CredentialView>(`/api/credentials/${id}/restore`, { method: 'POST' });
      if (json) printJson(body);
      else note(`"${body.name}" is back, with version ${body.active_version} active.`);
    }),
  );
