import { ROLES, type Role, roleAtLeast } from '../access/caller.js';
import type { Secret } from '../secret.js';

/** Algorithms of ID tokens that an issuer may be pinned to. None with a shared key. */
export const ID_TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];

/** An OpenID Connect issuer that people may log in with. All of it comes from our configuration. */
export interface OidcIssuer {
  /** Begins the principals of its people: `<alias>:<sub>`. */
  alias: string;
  /** For the button. */
  name: string;
  /** As its tokens and its discovery document spell it, letter for letter. */
  issuer: string;
  clientId: string;
  /** Undefined for a public client. */
  clientSecret: Secret | undefined;
  scopes: readonly string[];
  /** The claim with roles or groups; a path such as `realm_access.roles` where no claim has that name. */
  roleClaim: string;
  roleMap: Readonly<Record<string, Role>>;
  /** For people without a role in the map; undefined: no access. */
  defaultRole: Role | undefined;
  algorithms: readonly IdTokenAlgorithm[];
  /** The only authority that its certificate may come from; undefined: the public ones. */
  caPem: string | undefined;
}

/** Begin principals of other kinds. */
const TAKEN = new Set(['local', 'sa', 'glassdome', 'system', 'anonymous', 'team', 'role', 'user', 'worker']);

/** What is wrong with an alias, as a sentence fragment; undefined when nothing is. */
export function aliasProblem(alias: string): string | undefined {
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(alias)) return 'must be 1 to 32 of a-z 0-9 _ -, first a letter';
  return TAKEN.has(alias) ? `must not be ${alias}, which the broker uses itself` : undefined;
}

/** The issuer's alias in a principal. */
export const aliasOf = (principal: string): string => principal.split(':', 1)[0] ?? '';

/** The highest role that the claims of an ID token give; undefined: no access. */
export function roleOfClaims(
  { roleClaim, roleMap, defaultRole }: Pick<OidcIssuer, 'roleClaim' | 'roleMap' | 'defaultRole'>,
  claims: Readonly<Record<string, unknown>>,
): Role | undefined {
  const named = [claimAt(claims, roleClaim)].flat();
  const roles = named.flatMap((word) =>
    typeof word === 'string' && Object.hasOwn(roleMap, word) ? [roleMap[word] as Role] : [],
  );
  const highest = [...ROLES].reverse().find((role) => roles.some((one) => roleAtLeast(one, role)));
  return highest ?? defaultRole;
}

/** Whether the claims have that one, by name or path. */
export const hasClaim = (claims: Readonly<Record<string, unknown>>, path: string): boolean =>
  claimAt(claims, path) !== undefined;

function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const part of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** Why a login with an issuer did not work, for the page that the browser returns to. */
export const LOGIN_FAILURES = [
  /** The login took too long, was begun in another browser, or its answer was used before. */
  'login_expired',
  /** The person, or the issuer for them, said no. */
  'cancelled',
  /** What the issuer sent does not prove who the person is. */
  'rejected',
  /** The person is known, and has no role here or is disabled. */
  'no_access',
  'issuer_unavailable',
  /** The broker's own stores. */
  'unavailable',
  'rate_limited',
] as const;
export type LoginFailureCode = (typeof LOGIN_FAILURES)[number];

/** A login with an issuer that did not work; `note` is for the log, in our words. */
export class LoginFailure extends Error {
  constructor(
    readonly code: LoginFailureCode,
    readonly note: string,
  ) {
    super(`${code}: ${note}`);
    this.name = 'LoginFailure';
  }
}
