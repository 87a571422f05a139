import { z } from 'zod';
import { ROLES } from '../domain/access/caller.js';
import { MAX_MEMBERS } from '../domain/people/team.js';
import { line, mailAddress, moment } from './common.js';
import { flag, named } from './shape.js';

const username = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 . _ -')
  .meta({ description: 'The name that they log in with.', examples: ['anna'] });
const password = z.string().min(12).max(256);
const role = z.enum(ROLES).describe('Role: what they may do in general.');
const refreshToken = z.string().max(256).describe('The refresh token of a login.').optional();

export const loginBody = named(
  'LoginRequest',
  'Name and password.',
  z.strictObject({
    username: z
      .string()
      .max(63)
      .meta({ description: 'Your user name.', examples: ['anna'] }),
    password: z.string().max(256).describe('Your password.'),
  }),
);
export const passwordBody = named(
  'ChangePasswordRequest',
  'The current and the new password.',
  z.strictObject({
    current_password: z.string().max(256).describe('Your current password, or the one-time password.'),
    new_password: password.describe('At least 12 characters. Well-known and simple passwords are refused.'),
  }),
);

/** RFC 6749. */
export const tokenBody = named(
  'TokenRequest',
  'A token request (RFC 6749), as a form or as JSON.',
  z.strictObject({
    grant_type: z
      .enum(['client_credentials', 'refresh_token', 'authorization_code'])
      .describe(
        '`client_credentials`: for a service account. `refresh_token`: to renew a login. `authorization_code`: to log in with a code of `POST /api/auth/cli-codes`.',
      ),
    client_id: z.string().max(64).describe('ID of the service account.').optional(),
    client_secret: z.string().max(256).describe('Secret of the service account.').optional(),
    refresh_token: refreshToken,
    code: z.string().max(256).describe('The code that a browser brought, good once.').optional(),
    code_verifier: z
      .string()
      .max(128)
      .describe('What the challenge of the code was made from (RFC 7636).')
      .optional(),
  }),
);
export const cliCodeBody = named(
  'CliCodeRequest',
  'A command line that waits to be logged in.',
  z.strictObject({
    code_challenge: z
      .string()
      .regex(/^[\w-]{43}$/, 'must be a SHA-256 in base64url, without padding')
      .meta({
        description: 'Its challenge (RFC 7636, S256).',
        examples: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
      }),
    redirect_port: z
      .number()
      .int()
      .min(1024)
      .max(65_535)
      .meta({
        description: 'The port on 127.0.0.1 at which it waits.',
        examples: [49_152],
      }),
  }),
);
export const logoutBody = named(
  'LogoutRequest',
  'Which login to end.',
  z.strictObject({ refresh_token: refreshToken }),
);

const member = z.strictObject({
  principal: line(255)
    .min(3)
    .meta({ description: 'The member.', examples: ['local:anna'] }),
  lead: flag('Whether they lead the team.').default(false),
});
const members = z.array(member).max(MAX_MEMBERS).describe('All members.');
export const createTeamBody = named(
  'CreateTeamRequest',
  'A new team.',
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 -')
      .meta({ description: 'Name of the team.', examples: ['platform'] }),
    description: line(500).describe('Free text.').default(''),
    members: members.default([]),
  }),
);
export const teamMembersBody = named(
  'TeamMembersRequest',
  'The members that replace the current ones.',
  z.strictObject({ members }),
);
export const teamMemberBody = named(
  'TeamMemberRequest',
  'A member to add or change.',
  z.strictObject({
    principal: line(255)
      .min(3)
      .meta({ description: 'The member.', examples: ['local:anna'] }),
    lead: flag('Whether they lead the team. Left out: unchanged, and false for a new member.').optional(),
  }),
);

export const createServiceAccountBody = named(
  'CreateServiceAccountRequest',
  'A new service account.',
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 . _ -')
      .meta({ description: 'Name.', examples: ['deploy-agent'] }),
    description: line(500).describe('Free text.').default(''),
    role: z.enum(['observer', 'engineer']).describe('Role of the account.').default('engineer'),
    expires_at: moment.nullable().describe('When it ends; null or left out: never.').optional(),
  }),
);

const keepServiceAccounts = flag(
  'True: their service accounts stay enabled. Only with `disabled: true`. Left out: they are disabled too.',
).optional();
const keepsOnlyWhenDisabling = (body: {
  disabled?: boolean | undefined;
  keep_service_accounts?: boolean | undefined;
}) => body.keep_service_accounts === undefined || body.disabled === true;
const KEEPS = { path: ['keep_service_accounts'], error: 'must be omitted unless disabled is true' };

export const principalBody = named(
  'DisablePrincipalRequest',
  'Whether to disable or enable a principal.',
  z
    .strictObject({
      disabled: flag('True: refuse every token of this principal. False: accept them again.'),
      keep_service_accounts: keepServiceAccounts,
    })
    .refine(keepsOnlyWhenDisabling, KEEPS),
);
export const createUserBody = named(
  'CreateUserRequest',
  'A new user.',
  z.strictObject({
    username,
    role,
    email: mailAddress.nullable().describe('Where they receive notices; null: no mail.').default(null),
  }),
);
export const updateUserBody = named(
  'UpdateUserRequest',
  'Changes to a user. Omitted fields keep their value.',
  z
    .strictObject({
      role: role.optional(),
      disabled: flag('True: they cannot log in and their tokens are refused.').optional(),
      keep_service_accounts: keepServiceAccounts,
      email: mailAddress.nullable().describe('Where they receive notices; null: no mail.').optional(),
    })
    .refine(keepsOnlyWhenDisabling, KEEPS),
);

const ORIGIN = 'https://broker.invalid';

/** A path of our own: nothing that a browser would take for another host. */
function isOwnPath(path: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) || !URL.canParse(path, ORIGIN)) return false;
  return new URL(path, ORIGIN).origin === ORIGIN;
}

export const startQuery = z.strictObject({
  return_to: z
    .string()
    .max(1_000)
    .refine(isOwnPath, 'must be a path of the page, such as /credentials')
    .default('/')
    .meta({ description: 'Where to go afterwards: a path of the page.', examples: ['/credentials'] }),
});

const code = (description: string) => z.string().max(4_096).describe(description).optional();
/** Issuers add other parameters, which are ignored (RFC 6749, 4.1.2). */
export const callbackQuery = z.object({
  code: code('The code of the issuer, good once.'),
  state: code('What the login was begun with.'),
  iss: code('The issuer (RFC 9207).'),
  error: code('Why the issuer gave no code.'),
});
