import type {
  CliCode,
  Person,
  ServiceAccount,
  ServiceAccountSecret,
  Session,
  Team,
} from '../../../ports/people.js';
import type { Columns } from '../core/columns.js';

/** The columns of `broker.teams`. */
export const TEAM: Columns<Omit<Team, 'members'>> = {
  name: 'name',
  description: 'description',
  createdAt: 'created_at',
  createdBy: 'created_by',
};

/** The columns of `broker.people`. */
export const PERSON: Columns<Person> = {
  principal: 'principal',
  username: 'username',
  name: 'name',
  email: 'email',
  role: 'role',
  disabled: 'disabled',
  mustChangePassword: 'must_change_password',
  createdAt: 'created_at',
  createdBy: 'created_by',
  lastLoginAt: 'last_login_at',
};

/** The same as it is read: people of an issuer are disabled as principals. */
export const READ_PERSON: Columns<Person> = {
  ...PERSON,
  disabled: `(disabled or exists (
    select 1 from broker.disabled_principals d where d.principal = people.principal))`,
};

/** The columns of `broker.service_accounts` without the secret. */
export const ACCOUNT: Columns<Omit<ServiceAccount, 'disabled'>> = {
  id: 'id',
  name: 'name',
  description: 'description',
  role: 'role',
  createdAt: 'created_at',
  createdBy: 'created_by',
  expiresAt: 'expires_at',
  revokedAt: 'revoked_at',
  lastUsedAt: 'last_used_at',
};

/** The columns of `broker.service_accounts`. */
export const ACCOUNT_SECRET: Columns<Omit<ServiceAccountSecret, 'disabled'>> = {
  ...ACCOUNT,
  secretHmac: 'secret_hmac',
  secretId: 'secret_id',
};

/** The columns of `broker.used_once` that a code has. */
export const CLI_CODE: Columns<CliCode> = {
  id: 'id',
  secretHmac: 'secret_hmac',
  challenge: 'challenge',
  sessionId: 'session_id',
  expiresAt: 'expires_at',
};

/** The columns of `broker.sessions`. */
export const SESSION: Columns<Session> = {
  id: 'id',
  principal: 'principal',
  secretHmac: 'secret_hmac',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  revokedAt: 'revoked_at',
  client: 'client',
  lastUsedAt: 'last_used_at',
};
