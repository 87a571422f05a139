import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { REASON, type ReasonOption, reasonHeader } from '../../forms/breakGlass.js';
import { printJson } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, ReasonOption {}

/** Takes a deletion back, within 30 days. */
export const restore = leaf('restore', 'restore a deleted credential')
  .argument('<credential>', 'name, owner/name or id; see list --status deleted')
  .option(...REASON)
  .action(
    withBroker<Options>(async (cli, { json, reason }, [word = '']) => {
      const { id } = await findCredential(cli, word, 'deleted');
      const request = { method: 'POST', headers: reasonHeader({ reason }) };
      const { body } = await cli.call<CredentialView>(`/api/credentials/${id}/restore`, request);
      if (json) printJson(body);
      else note(`"${body.name}" is restored, with version ${body.active_version} active.`);
    }),
  );
