import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson } from '../../terminal/output.js';
import { secretInput } from '../../terminal/secretInput.js';
import { note } from '../../terminal/terminal.js';
import { keepLogin, repeatPassword, signIn } from './login.js';

interface Options extends GlobalOptions {
  currentPassword?: string | true;
  newPassword?: string | true;
}

/** Changes the password of the logged-in person. All their other sessions end; this one is renewed. */
export const password = leaf('password', 'change your password; all your other sessions end')
  .option('--current-password [value]', 'prompted for when omitted; @file, - for stdin')
  .option('--new-password [value]', 'prompted for when omitted; @file, - for stdin')
  .action(
    withBroker<Options>(async (cli, options) => {
      const session = cli.session();
      if (session === undefined || cli.settings.token !== undefined || cli.settings.client !== undefined)
        throw new CliError(
          'You can change a password only after logging in with it.',
          EXIT.login,
          'Log in: glassdome login (and unset GLASSDOME_BROKER_TOKEN and GLASSDOME_BROKER_CLIENT_ID)',
        );
      const present = await secretInput(
        'Current password',
        '--current-password',
        options.currentPassword ?? true,
      );
      const chosen = await secretInput('New password', '--new-password', options.newPassword ?? true);
      if (options.newPassword === undefined || options.newPassword === true) await repeatPassword(chosen);
      const body = { current_password: present.reveal(), new_password: chosen.reveal() };
      await cli.call('/api/auth/password', { method: 'POST', body });
      keepLogin(cli, session.username, await signIn(cli, session.username, chosen));
      if (options.json) printJson({ username: session.username, changed: true });
      else note(`Changed the password of ${session.username}. Your other sessions have ended.`);
    }),
  );
