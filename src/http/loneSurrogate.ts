import { isQuotableField } from '../domain/secrecy/quotable.js';

/** With the flag `u` a whole pair is one character, so only a half matches. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/**
 * Finds a string that is not valid text: half a surrogate pair, which neither store can keep. Undefined when there is
 * none. The walk is bounded by the size of a body.
 */
export function oddText(input: unknown, path = ''): string | undefined {
  if (typeof input === 'string') return HALF_A_PAIR.test(input) ? path : undefined;
  if (typeof input !== 'object' || input === null) return undefined;
  for (const [key, value] of Object.entries(input)) {
    if (HALF_A_PAIR.test(key)) return path;
    const name = Array.isArray(input) || isQuotableField(key) ? key : '(a key)';
    const found = oddText(value, path === '' ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
