import { leaf, withBroker } from '../../client/command.js';
import { printJson, printPairs } from '../../terminal/output.js';

/** Shows who the broker takes the caller for. */
export const whoami = leaf('whoami', 'show your identity and role').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<Record<string, unknown>>('/api/auth/me');
    if (json) printJson(body);
    else
      printPairs([
        ['Server', cli.api.server.origin],
        ['Principal', body['principal']],
        ['Kind', body['kind']],
        ['Role', body['role']],
      ]);
  }),
);
