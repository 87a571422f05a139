import { ApiError } from '../../client/apiError.js';
import { leaf, withBroker } from '../../client/command.js';
import { endSession } from '../../client/session.js';
import { note } from '../../terminal/terminal.js';

/** Ends the login at the broker and forgets it here, but for the address of the broker. */
export const logout = leaf('logout', 'log out').action(
  withBroker(async (cli) => {
    const session = cli.session();
    if (session === undefined) {
      note(`You were not logged in to ${cli.api.server.origin}.`);
      return;
    }
    const body = { refresh_token: session.refreshToken.reveal() };
    await cli.call('/api/auth/logout', { method: 'POST', body }).catch((error: unknown) => {
      // A login that the broker has ended already is what we wanted.
      if (!(error instanceof ApiError) || error.problem.status !== 401) throw error;
    });
    endSession(cli.settings.sessionFile, session.server);
    note(`Logged out of ${session.server}.`);
  }),
);
