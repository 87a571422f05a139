import type { z } from 'zod';
import type { loginAnswer } from '../../../api/peopleAnswers.js';
import { Secret } from '../../../domain/secret.js';
import { ApiError } from '../../client/apiError.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { saveSession } from '../../client/session.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson } from '../../terminal/output.js';
import { secretInput } from '../../terminal/secretInput.js';
import { ask, askSecret, canAsk, note } from '../../terminal/terminal.js';
import { browserLogin } from './browserLogin.js';

interface Options extends GlobalOptions {
  username?: string;
  password?: string | true;
  newPassword?: string | true;
  web?: boolean;
  browser: boolean;
}

const MOST_TRIES = 3;

type Login = z.output<typeof loginAnswer>;

/** Trades name and password for a login that the next commands use. */
export const login = leaf('login', 'log in with user name and password, or with a browser')
  .option('--username <name>', 'user name')
  .option('--password [value]', 'prompted for when omitted; @file, - for stdin')
  .option(
    '--new-password [value]',
    'new password that replaces a one-time password; prompted for when needed',
  )
  .option('--web', 'log in with a browser, also by an OIDC issuer')
  .option('--no-browser', 'with --web: print the address, do not open a browser')
  .action(
    withBroker<Options>(async (cli, options) => {
      if (options.web === true) return webLogin(cli, options);
      const username = options.username ?? (await askUsername());
      const question = `Password for ${username} at ${cli.api.server.origin}`;
      const password = await secretInput(question, '--password', options.password ?? true);
      let given = await signIn(cli, username, password);
      if (given.must_change_password) given = await changeFirst(cli, { username, password, given, options });
      keepLogin(cli, username, given);
      reportLogin(cli, username, options);
    }),
  );

async function webLogin(cli: Cli, options: Options): Promise<void> {
  const { username, password, newPassword } = options;
  if (username !== undefined || password !== undefined || newPassword !== undefined)
    throw new CliError('--web asks for name and password in the browser; omit them here.', EXIT.usage);
  const { given, name } = await browserLogin(cli, { opens: options.browser });
  keepLogin(cli, name, given);
  reportLogin(cli, name, options);
}

function reportLogin(cli: Cli, username: string, { json }: Options): void {
  if (json) printJson({ server: cli.api.server.origin, username });
  else note(`Logged in as ${username} at ${cli.api.server.origin}.`);
}

/** Keeps a login for the next commands. */
export function keepLogin(cli: Cli, username: string, given: Omit<Login, 'must_change_password'>): void {
  saveSession(cli.settings.sessionFile, {
    server: cli.api.server.origin,
    username,
    refreshToken: new Secret(given.refresh_token),
    accessToken: new Secret(given.access_token),
    accessTokenEnds: Date.now() + given.expires_in * 1000,
  });
}

async function askUsername(): Promise<string> {
  if (!canAsk()) throw new CliError('--username is required: there is no terminal for a prompt.', EXIT.usage);
  return (await ask('Username')).trim();
}

/** Requests a login from the broker; a refusal is shown as what it is. */
export async function signIn(cli: Cli, username: string, password: Secret): Promise<Login> {
  const body = { username, password: password.reveal() };
  try {
    return (await cli.api.call<Login>('/api/auth/login', { method: 'POST', body })).body;
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401) {
      throw new CliError(
        error.message,
        EXIT.login,
        'An admin can reset your password: glassdome users reset-password <name>',
      );
    }
    throw error;
  }
}

interface FirstLogin {
  username: string;
  password: Secret;
  given: Login;
  options: Options;
}

/** A one-time password opens nothing but the change of itself. */
async function changeFirst(cli: Cli, { username, password, given, options }: FirstLogin): Promise<Login> {
  note('This is a one-time password. Choose a new one with 12 characters or more.');
  const { newPassword: word = true } = options;
  const change = (chosen: Secret) =>
    cli.api.call('/api/auth/password', {
      method: 'POST',
      body: { current_password: password.reveal(), new_password: chosen.reveal() },
      bearer: given.access_token,
    });
  const chosen = await (word === true ? askUntilTaken(change) : takenOnce(word, change));
  return signIn(cli, username, chosen);
}

async function takenOnce(word: string, change: (chosen: Secret) => Promise<unknown>): Promise<Secret> {
  const chosen = await secretInput('New password', '--new-password', word);
  await change(chosen);
  return chosen;
}

/** At the keyboard a refused password is asked for again, so that the login need not begin again. */
async function askUntilTaken(change: (chosen: Secret) => Promise<unknown>): Promise<Secret> {
  for (let tries = 1; ; tries += 1) {
    const chosen = await askSecret('New password');
    await repeatPassword(chosen);
    try {
      await change(chosen);
      return chosen;
    } catch (error) {
      if (!(error instanceof ApiError) || error.problem.code !== 'invalid_request' || tries === MOST_TRIES)
        throw error;
      note(error.message);
    }
  }
}

/** Catches a slip of the fingers where nobody sees what is typed. */
export async function repeatPassword(chosen: Secret): Promise<void> {
  const again = await askSecret('Repeat new password');
  if (again.reveal() !== chosen.reveal())
    throw new CliError('The two passwords differ; nothing was changed.', EXIT.usage);
}
