import { isObject } from './probing.js';

/** The claims of a JWT that another service verifies; empty if it is none. Nothing is verified here. */
export function jwtClaims(token: string): Record<string, unknown> {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token.trim())?.[1];
  if (payload === undefined) return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(claims) ? claims : {};
  } catch {
    // An opaque token may look like one.
    return {};
  }
}

/** `exp` of a JWT as a moment; null for one without, which never ends; undefined for what is none. */
export function endOfToken(token: string): Date | null | undefined {
  const claims = jwtClaims(token);
  if (Object.keys(claims).length > 0 && !('exp' in claims)) return null;
  const { exp } = claims;
  return typeof exp === 'number' && exp > 0 && exp < 1e11 ? new Date(exp * 1000) : undefined;
}
