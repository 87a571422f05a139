import { type KeyObject, verify as verifySignature } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { type IdTokenAlgorithm, LoginFailure } from '../../../domain/people/issuer.js';

export interface IdTokenRules {
  issuer: string;
  clientId: string;
  algorithms: readonly IdTokenAlgorithm[];
  nonce: string;
  /** Seconds of the epoch. */
  now: number;
  /** The issuer's key for a header; nothing else in the token chooses one. */
  keyFor(kid: string | undefined, alg: IdTokenAlgorithm): Promise<KeyObject | undefined>;
}

type Claims = Record<string, unknown>;

const MOST_LETTERS = 65_536;
/** Seconds that the issuer's clock may be apart from ours. */
const APART_S = 60;
/** Seconds after which a token is not the answer to this login any more. */
const OLD_S = 900;
/** Headers that would bring a key, or ask for what we don't do. */
const REFUSED_HEADERS = ['crit', 'jku', 'jwk', 'x5u', 'x5c', 'b64', 'zip', 'enc'];

/** The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7). Rejects with `rejected` and what is wrong. */
export async function verifiedIdToken(token: unknown, rules: IdTokenRules): Promise<Claims> {
  if (typeof token !== 'string' || token.length > MOST_LETTERS) throw wrong('no ID token');
  const parts = token.split('.');
  const header = jsonOf(parts[0]);
  if (parts.length !== 3) throw wrong('no signed token');
  if (REFUSED_HEADERS.some((name) => Object.hasOwn(header, name))) throw wrong('header');
  const { alg, kid } = header;
  const pinned = rules.algorithms.find((one) => one === alg);
  if (pinned === undefined) throw wrong('algorithm');
  if (kid !== undefined && typeof kid !== 'string') throw wrong('key id');
  const key = await rules.keyFor(kid, pinned);
  if (key === undefined) throw wrong('unknown key');
  if (!isSigned(token, key, pinned)) throw wrong('signature');
  const claims = jsonOf(parts[1]);
  const problem = claimProblem(claims, rules);
  if (problem !== undefined) throw wrong(problem);
  return claims;
}

function isSigned(token: string, key: KeyObject, alg: IdTokenAlgorithm): boolean {
  if (alg === 'EdDSA') {
    const end = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    return verifySignature(null, Buffer.from(token.slice(0, end)), key, signature);
  }
  try {
    jwt.verify(token, key, { algorithms: [alg], ignoreExpiration: true, ignoreNotBefore: true });
    return true;
  } catch {
    return false;
  }
}

function claimProblem(claims: Claims, { issuer, clientId, nonce, now }: IdTokenRules): string | undefined {
  const { iss, aud, azp, exp, iat, nbf } = claims;
  if (iss !== issuer) return 'issuer';
  const audiences = [aud].flat();
  if (!audiences.includes(clientId)) return 'audience';
  if (audiences.length > 1 && azp === undefined) return 'authorized party';
  if (azp !== undefined && azp !== clientId) return 'authorized party';
  if (!isTime(exp) || exp <= now - APART_S) return 'expired';
  if (!isTime(iat) || iat > now + APART_S || iat < now - OLD_S) return 'time of issue';
  if (nbf !== undefined && (!isTime(nbf) || nbf > now + APART_S)) return 'not valid yet';
  return claims['nonce'] === nonce ? undefined : 'nonce';
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function jsonOf(part: string | undefined): Claims {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims;
  } catch {
    // Not a token.
  }
  throw wrong('no signed token');
}

const wrong = (note: string) => new LoginFailure('rejected', `ID token: ${note}`);
