import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import {
  ACCESS_TOKEN_TYPE,
  BAD_TOKEN,
  BROKER_ISSUER,
  type Caller,
  lowerRole,
  ROLES,
  type Role,
  roleAtLeast,
  roleOfLevel,
  TOKEN_SECONDS,
} from '../../domain/access/caller.js';
import { BrokerError } from '../../domain/errors.js';
import { aliasOf } from '../../domain/people/issuer.js';
import type { Clock } from '../../ports/runtime.js';
import type { TokenSigner } from '../../ports/vault.js';
import { VerifiedTokens } from './verifiedTokens.js';

const MAX_TOKEN = 8192;
/** Seconds that another issuer's clock may be ahead of ours. */
const CLOCKS_APART_S = 60;
const KID = /^broker-tokens-v\d{1,6}$/;

const ADDRESS = /^[a-z0-9._%+'-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

type Verify = (token: string) => Promise<Caller>;

const refused = () =>
  new BrokerError('unauthenticated', {
    detail: BAD_TOKEN,
  });

/**
 * Identifies the caller of a bearer token. Two kinds, each with its one algorithm: HS256 of Glassdome (no kid) and
 * ES256 of the broker (a kid of ours). Nothing in the token chooses a key or an algorithm beyond that map.
 */
export function createTokenVerifier(
  signer: TokenSigner,
  /** Those that Glassdome's tokens may be signed with at this moment. */
  glassdomeKeys: () => readonly KeyObject[],
  clock: Clock,
  /** Of OIDC issuers whose people have tokens of the broker. */
  issuers: ReadonlySet<string> = new Set(),
): Verify {
  const broker = brokerKeys(signer);
  const verified = new VerifiedTokens();
  return async (token) => {
    const header = headerOf(token);
    const now = clock.now().getTime() / 1000;
    const plain = header.kid === undefined && (header.typ === undefined || header.typ === 'JWT');
    if (header.alg === 'HS256' && plain) return verifyGlassdome(token, glassdomeKeys(), { verified, now });
    const ours = header.alg === 'ES256' && header.typ === ACCESS_TOKEN_TYPE;
    if (ours && typeof header.kid === 'string' && KID.test(header.kid)) {
      return verifyBroker(token, await broker(header.kid), { verified, now }, issuers);
    }
    throw refused();
  };
}

function headerOf(token: string): { alg?: unknown; kid?: unknown; typ?: unknown } {
  if (token.length > MAX_TOKEN) throw refused();
  try {
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >;
    if ('crit' in header || 'jku' in header || 'jwk' in header || 'x5u' in header || 'x5c' in header)
      throw refused();
    return header;
  } catch {
    throw refused();
  }
}

interface Moment {
  verified: VerifiedTokens;
  /** Seconds of the epoch. */
  now: number;
}

interface Rules {
  algorithms: ['HS256' | 'ES256'];
  issuer?: string;
  audience?: string;
  /** Seconds from `iat` to `exp`, which must both be there then. */
  maxLife?: number;
}

const GLASSDOME_RULES: Rules = { algorithms: ['HS256'] };
const BROKER_RULES: Rules = {
  algorithms: ['ES256'],
  issuer: BROKER_ISSUER,
  audience: BROKER_ISSUER,
  maxLife: TOKEN_SECONDS,
};

/** With the time that counts, in seconds of the epoch. */
type Timed = Rules & { clockTimestamp: number };

/** The claims of a token that is signed by one of `keys` and good at that time; undefined for any other. */
function claims(
  token: string,
  keys: readonly KeyObject[],
  rules: Rules,
  { verified, now }: Moment,
): jwt.JwtPayload | undefined {
  return verified.claims(token, { keys, now }, (key) =>
    signedClaims(token, key, { ...rules, clockTimestamp: now }),
  );
}

function signedClaims(token: string, key: KeyObject, rules: Timed): jwt.JwtPayload | undefined {
  try {
    const { maxLife: _, ...known } = rules;
    const payload = jwt.verify(token, key, { ...known, complete: false });
    if (typeof payload !== 'object' || typeof payload.exp !== 'number') return undefined;
    return hasGoodTimes(payload, rules) ? payload : undefined;
  } catch {
    // Whatever a stranger's token makes the library throw (also SyntaxError and TypeError) is a refusal.
    return undefined;
  }
}

/** The library takes any `iat`, and the one of a token decides how long it may be. */
function hasGoodTimes({ iat, exp }: jwt.JwtPayload, { clockTimestamp, maxLife }: Timed): boolean {
  const times: unknown[] = iat === undefined ? [exp] : [exp, iat];
  if (!times.every((time) => typeof time === 'number' && Number.isFinite(time))) return false;
  if (iat !== undefined && iat > clockTimestamp + CLOCKS_APART_S) return false;
  return maxLife === undefined || (iat !== undefined && exp !== undefined && exp - iat <= maxLife);
}

/**
 * Stricter than Glassdome itself: `exp`, `sub` and a numeric `level` must be there; the lower of role and level counts.
 * A token for an audience is not one of its access tokens, which name none.
 */
function verifyGlassdome(token: string, keys: readonly KeyObject[], moment: Moment): Caller {
  const payload = claims(token, keys, GLASSDOME_RULES, moment);
  if (payload === undefined || payload.aud !== undefined) throw refused();
  const { sub, role, level } = payload as Record<string, unknown>;
  if (typeof sub !== 'string' || !/^\d{1,18}$/.test(sub) || typeof level !== 'number' || !isRole(role))
    throw refused();
  const byLevel = roleOfLevel(level);
  if (byLevel === undefined) throw refused();
  const email = addressOf(payload['email']);
  const name = typeof payload['username'] === 'string' ? payload['username'].slice(0, 100) : sub;
  return {
    kind: 'user',
    principal: `glassdome:${sub}`,
    name,
    role: lowerRole(role, byLevel),
    mustChangePassword: false,
    ...(email !== undefined && { email }),
  };
}

/** Mail goes there, so what is no plain address counts as none. */
function addressOf(claim: unknown): string | undefined {
  const plain = typeof claim === 'string' && claim.length <= 254 && ADDRESS.test(claim);
  return plain ? claim.toLowerCase() : undefined;
}

function verifyBroker(
  token: string,
  key: KeyObject | undefined,
  moment: Moment,
  issuers: ReadonlySet<string>,
): Caller {
  const payload = key === undefined ? undefined : claims(token, [key], BROKER_RULES, moment);
  if (payload === undefined) throw refused();
  const { sub, name, role, kind, sid } = payload as Record<string, unknown>;
  if (typeof sub !== 'string' || typeof name !== 'string' || !isRole(role)) throw refused();
  const caller = { principal: sub, name, role, mustChangePassword: payload['pwd_change'] === true };
  if (kind === 'service_account' && sub.startsWith('sa:') && !roleAtLeast(role, 'architect'))
    return { ...caller, kind, ...(typeof sid === 'string' && { session: sid }) };
  // A person's token belongs to a login; without one it could not be ended.
  const alias = aliasOf(sub);
  if (kind === 'user' && (alias === 'local' || issuers.has(alias)) && typeof sid === 'string')
    return { ...caller, kind, session: sid };
  throw refused();
}

const isRole = (word: unknown): word is Role => (ROLES as readonly unknown[]).includes(word);

interface KnownKey {
  jwk: string;
  key: KeyObject;
}

/**
 * The signer's public keys by kid, and no others: a version that was retired in Vault ends with the signer's next look. An
 * unknown kid asks Vault again at most once per the signer's cool-down.
 */
function brokerKeys(signer: TokenSigner): (kid: string) => Promise<KeyObject | undefined> {
  let read: readonly unknown[] = [];
  let known = new Map<string, KnownKey>();
  const current = async () => {
    const jwks = await signer.publicKeys();
    if (jwks !== read) known = new Map(jwks.map((jwk) => [String(jwk['kid']), keyOf(jwk, known)]));
    read = jwks;
    return known;
  };
  return async (kid) => {
    if (!(await current()).has(kid)) {
      await signer.reload();
      await current();
    }
    return known.get(kid)?.key;
  };
}

/** The same object for an unchanged key: what was verified with it stays verified. */
function keyOf(jwk: Record<string, unknown>, before: ReadonlyMap<string, KnownKey>): KnownKey {
  const text = JSON.stringify(jwk);
  const same = before.get(String(jwk['kid']));
  if (same?.jwk === text) return same;
  return { jwk: text, key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) };
}
