import { leaf, withBroker } from '../command.js';
import { printJson, printPairs } from '../output.js';

/** Tells who the broker takes the caller for. */
export const whoami = leaf('whoami', 'who you are here, and what your role is').action(
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
