import { z } from 'zod';
import { CLIENTS, ROLES } from '../domain/access/caller.js';
import { at, count, flag, id, list, named, principal, text } from './shape.js';

/** What calls about logins, people, service accounts and teams answer. */
const role = z.enum(ROLES).describe('Role: what they may do in general.');
const token = z.strictObject({
  access_token: text('Send it as `Authorization: Bearer <token>`.'),
  token_type: z.literal('Bearer').describe('How the token is sent.'),
  expires_in: count('Seconds until the token expires.'),
});
export const tokenAnswer = named(
  'AccessToken',
  'A token for calls (RFC 6749).',
  token.extend({
    refresh_token: text('Renews the login. Only for `authorization_code`.').optional(),
  }),
);
export const cliCodeAnswer = named(
  'CliCode',
  'A code for a command line.',
  z.strictObject({
    code: text('Send the browser to `http://127.0.0.1:<port>/?code=<code>&state=<state>`.'),
    expires_in: count('Seconds until the code ends.'),
  }),
);
export const loginAnswer = named(
  'Login',
  'A login: a short token for calls, and a longer one that renews it.',
  token.extend({
    refresh_token: text('Send it to `POST /api/auth/token` to get the next access token.'),
    must_change_password: flag('True after a one-time password: set a new password first.'),
  }),
);
export const meAnswer = named(
  'Me',
  'The caller, as the broker knows them.',
  z.strictObject({
    principal: principal('Your principal.'),
    name: text('Your name for people.'),
    kind: z.enum(['user', 'service_account', 'worker']).describe('What kind of account the token is for.'),
    role,
    must_change_password: flag('True: set a new password first.'),
  }),
);

export const sessionAnswer = named(
  'Session',
  'A login in a browser. The cookie that it needs comes with the answer, and is not in it.',
  z.strictObject({
    id: id('ID of the login, as `GET /api/auth/sessions` lists it.'),
    principal: principal('Your principal.'),
    name: text('Your name for people.'),
    role,
    must_change_password: flag('True: set a new password first (`POST /api/auth/password`).'),
    expires_at: at('When the login ends. Use does not extend it.'),
  }),
);
const openSession = named(
  'OpenSession',
  'A login that has not ended.',
  z.strictObject({
    id: id('ID of the login.'),
    created_at: at('When it began.'),
    last_used_at: at('Last use, to about ten minutes; null: not since it began.').nullable(),
    expires_at: at('When it ends.'),
    client: z.enum(CLIENTS).describe('Where it began: in the page, on the command line, or elsewhere.'),
    current: flag('True: this call came with it.'),
  }),
);
export const sessionList = list('OpenSessionList', 'Your logins that have not ended.', openSession);

const person = z.strictObject({
  principal: principal('Principal of the person.'),
  username: z.string().meta({
    description: 'The name that they log in with; of people of an OIDC issuer their principal.',
    examples: ['anna'],
  }),
  name: text('The name to show: the user name, or what their issuer calls them.'),
  issuer: z.string().meta({
    description: 'Where they log in: `local`, or the alias of an OIDC issuer.',
    examples: ['local'],
  }),
  email: text('Where they receive notices; null: no mail.').nullable(),
  role,
  disabled: flag('True: they cannot log in and their tokens are refused.'),
  must_change_password: flag('True: they have a one-time password.'),
  created_at: at('When the account was created.'),
  last_login_at: at('Last login; null: never.').nullable(),
});
export const personAnswer = named(
  'User',
  'A person who logs in here, with a password or with an OIDC issuer.',
  person,
);
export const personList = list('UserList', 'All users.', personAnswer);

const ownedThing = z.strictObject({ id: text('ID.'), name: text('Name.') });
/** What a principal made: their service accounts as they are now, and what goes on whether they are disabled or not. */
const made = {
  service_accounts: z
    .array(ownedThing.extend({ disabled: flag('Whether it is disabled.') }))
    .describe('Their service accounts, as they are now.'),
  channels: z.array(ownedThing).describe('Channels that they created. They keep working.'),
  report_schedules: z.array(ownedThing).describe('Report schedules that they created. They keep working.'),
};
export const madeAnswer = z.strictObject(made);
export const changedPersonAnswer = named(
  'ChangedUser',
  'A user after a change, with what they created.',
  person.extend(made),
);
const oneTime = { one_time_password: text('Shown once. Good only for setting a new password.') };
export const oneTimePassword = named('OneTimePassword', 'A new one-time password.', z.strictObject(oneTime));
export const newPersonAnswer = named(
  'NewUser',
  'A new user with a one-time password.',
  person.extend(oneTime),
);

export const principalAnswer = named(
  'PrincipalState',
  'Whether a principal is disabled, with what they created.',
  z.strictObject({
    principal: principal('The principal.'),
    disabled: flag('True: every token of this principal is refused.'),
    ...made,
  }),
);
export const disabledPrincipal = named(
  'DisabledPrincipal',
  'A principal whose tokens are refused.',
  z.strictObject({
    principal: principal('The principal.'),
    disabled_at: at('When it was disabled; null: not recorded.').nullable(),
    disabled_by: principal('Who disabled it; null: not recorded.').nullable(),
  }),
);
export const disabledList = list('DisabledPrincipalList', 'All disabled principals.', disabledPrincipal);

export const teamAnswer = named(
  'Team',
  'A team and its members.',
  z.strictObject({
    name: z.string().meta({ description: 'Name of the team.', examples: ['platform'] }),
    description: text('Free text.'),
    created_at: at('When it was created.'),
    created_by: principal('Who created it.'),
    members: z
      .array(
        z.strictObject({
          principal: principal('The member.'),
          lead: flag('Whether they lead the team: leads manage members and what is shared.'),
        }),
      )
      .describe('All members.'),
  }),
);
export const teamList = list('TeamList', 'All teams.', teamAnswer);

const account = z.strictObject({
  id: id('ID of the service account. Its principal is `sa:<id>`.'),
  name: z.string().meta({ description: 'Name.', examples: ['deploy-agent'] }),
  description: text('Free text.'),
  role,
  created_at: at('When it was created.'),
  created_by: principal('Who created it.'),
  expires_at: at('When it ends; null: never.').nullable(),
  revoked_at: at('When it was revoked; null: it is not revoked.').nullable(),
  last_used_at: at('Last token exchange; null: never.').nullable(),
  disabled: flag('True: its tokens are refused.'),
});
export const serviceAccountAnswer = named('ServiceAccount', 'An account for a program.', account);
export const serviceAccountList = list('ServiceAccountList', 'Service accounts.', serviceAccountAnswer);
export const newServiceAccount = named(
  'ServiceAccountSecret',
  'A service account with its new secret.',
  account.extend({
    client_id: id('Send it as `client_id` to `POST /api/auth/token`.'),
    client_secret: text('Shown once. Send it as `client_secret` to `POST /api/auth/token`.'),
  }),
);

/** Logging in with an OpenID Connect issuer. */
export const issuerList = list(
  'IssuerList',
  'The issuers that people can log in with.',
  named(
    'Issuer',
    'An OpenID Connect issuer.',
    z.strictObject({
      alias: z.string().meta({ description: 'Its alias, which is in the path.', examples: ['company'] }),
      name: text('Its name, for the button.'),
    }),
  ),
);
