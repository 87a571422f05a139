import { z } from 'zod';
import { ROLES } from '../domain/access/caller.js';
import { MAX_MEMBERS } from '../domain/people/team.js';
import { line, mailAddress, moment } from './common.js';

const username = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 . _ -');
const password = z.string().min(12).max(256);

export const loginBody = z.strictObject({ username: z.string().max(63), password: z.string().max(256) });
export const passwordBody = z.strictObject({ current_password: z.string().max(256), new_password: password });

/** RFC 6749: `client_credentials` for service accounts, `refresh_token` for people who are logged in. */
export const tokenBody = z.strictObject({
  grant_type: z.enum(['client_credentials', 'refresh_token']),
  client_id: z.string().max(64).optional(),
  client_secret: z.string().max(256).optional(),
  refresh_token: z.string().max(256).optional(),
});
export const logoutBody = z.strictObject({ refresh_token: z.string().max(256).optional() });

const teamName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 -');
const member = z.strictObject({ principal: line(255).min(3), lead: z.boolean().default(false) });
export const createTeamBody = z.strictObject({
  name: teamName,
  description: line(500).default(''),
  members: z.array(member).max(MAX_MEMBERS).default([]),
});
export const teamMembersBody = z.strictObject({ members: z.array(member).max(MAX_MEMBERS) });
/** `lead` left out: as it is, and false for who is new. */
export const teamMemberBody = z.strictObject({ principal: line(255).min(3), lead: z.boolean().optional() });

export const createServiceAccountBody = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 . _ -'),
  description: line(500).default(''),
  role: z.enum(['observer', 'engineer']).default('engineer'),
  expires_at: moment.nullable().optional(),
});

/** With a person their service accounts are disabled, unless this is true. Only with `disabled: true`. */
const keepServiceAccounts = z.boolean().optional();
const made = z.strictObject({ id: z.string(), name: z.string() });
/** What a principal made: their service accounts as they are now, and what goes on whether they are disabled or not. */
export const madeAnswer = {
  service_accounts: z.array(made.extend({ disabled: z.boolean() })),
  channels: z.array(made),
  report_schedules: z.array(made),
};
const keepsOnlyWhenDisabling = (body: {
  disabled?: boolean | undefined;
  keep_service_accounts?: boolean | undefined;
}) => body.keep_service_accounts === undefined || body.disabled === true;
const KEEPS = { path: ['keep_service_accounts'], error: 'must be omitted unless disabled is true' };

export const principalBody = z
  .strictObject({ disabled: z.boolean(), keep_service_accounts: keepServiceAccounts })
  .refine(keepsOnlyWhenDisabling, KEEPS);
export const principalAnswer = z.strictObject({
  principal: z.string(),
  disabled: z.boolean(),
  ...madeAnswer,
});
export const disabledList = z.strictObject({
  items: z.array(
    z.strictObject({
      principal: z.string(),
      disabled_at: z.iso.datetime().nullable(),
      disabled_by: z.string().nullable(),
    }),
  ),
});
export const createUserBody = z.strictObject({
  username,
  role: z.enum(ROLES),
  /** Where this person gets notices by mail. */
  email: mailAddress.nullable().default(null),
});
export const updateUserBody = z
  .strictObject({
    role: z.enum(ROLES).optional(),
    disabled: z.boolean().optional(),
    keep_service_accounts: keepServiceAccounts,
    /** null: no mail. */
    /** Where this person gets notices by mail. */
    email: mailAddress.nullable().optional(),
  })
  .refine(keepsOnlyWhenDisabling, KEEPS);
