import { isObject } from './probing.js';

/** The claims of a JWT that somebody else judges; empty for what is none. Nothing is verified here. */
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

/** `exp` of a JWT as a moment. */
export function endOfToken(token: string): Date | undefined {
  const { exp } = jwtClaims(token);
  return typeof exp === 'number' && exp > 0 && exp < 1e11 ? new Date(exp * 1000) : undefined;
}
