/** Roles as Glassdome names them, from least to most. */
export const ROLES = ['observer', 'engineer', 'architect', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const LEVEL_OF: Readonly<Record<Role, number>> = { observer: 25, engineer: 50, architect: 75, admin: 100 };

/** Issuer and audience of the broker's tokens. */
export const BROKER_ISSUER = 'glassdome-broker';

/** `typ` of the broker's access tokens (RFC 9068), so that nothing else it may sign one day passes for one. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Lifetime of the broker's tokens, in seconds; a longer one is refused, also with a valid signature. */
export const TOKEN_SECONDS = 600;

/** One text for every token that is not accepted, so that it reveals nothing about accounts. */
export const BAD_TOKEN =
  'The access token is invalid, expired or revoked, or its account is disabled. Log in again, or get a new token.';

/** Which of our clients a request comes from, by its own word: for people to read, never to decide. */
export const CLIENTS = ['api', 'cli', 'web'] as const;
export type Client = (typeof CLIENTS)[number];

export type CallerKind = 'user' | 'service_account' | 'worker';

/**
 * Who asks. The principal is `<issuer alias>:<sub>` (`glassdome:7`, `local:anna`, `sa:<id>`); the alias comes from
 * our configuration, never from the token. Owner, grants, teams, usage and audit hold principals.
 */
export interface Caller {
  kind: CallerKind;
  principal: string;
  /** For people to read: user name or service account name. */
  name: string;
  role: Role;
  /** True when all that is allowed is to set a new password. */
  mustChangePassword: boolean;
  /** The mail address, according to the token of another issuer. */
  email?: string;
  /**
   * The origin of the token, with which it ends: the session of a local person, or the secret of a service account.
   */
  session?: string;
}

/** One request of a caller, as audit and usage rows record it. */
export interface CallContext {
  caller: Caller;
  requestId: string;
  /** Address of the peer, as the trusted-proxy rules give it. */
  ip: string;
  /** Agent or deployment that the value is for (`X-Used-By` or `used_by`). */
  usedBy?: string;
  /** Free text of the caller: what for. */
  purpose?: string;
  /** `X-Break-Glass-Reason`: why an admin needs a value of another owner. */
  breakGlassReason?: string;
}

/** The kind of a principal, derived from its issuer alias, where only the principal was stored. */
export function kindOfPrincipal(principal: string): CallerKind | 'system' {
  if (principal === 'system') return 'system';
  return principal.startsWith('sa:') ? 'service_account' : 'user';
}

/** True when `role` is at least `needed`. */
export function roleAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The highest role that a numeric level reaches (100, 75, 50, 25), or undefined below 25. */
export function roleOfLevel(level: number): Role | undefined {
  return [...ROLES].reverse().find((role) => level >= LEVEL_OF[role]);
}

/** The lower of two roles: a token's `role` and `level` may disagree, and the lower one counts. */
export function lowerRole(a: Role, b: Role): Role {
  return roleAtLeast(a, b) ? b : a;
}
