/** Glassdome's published defaults; anyone who knows one of them can sign for any user. */
const PUBLISHED = new Set(['change-this-in-production-use-openssl-rand-hex-32']);
/** A shorter key of HS256 can be guessed from one token. RFC 7518 3.2. Bytes. */
export const MIN_KEY_BYTES = 32;

export type GlassdomeKeyProblem = 'published_default' | 'too_short';

/** Why a key for Glassdome's tokens must not be trusted; undefined when it may be. */
export function glassdomeKeyProblem(key: string): GlassdomeKeyProblem | undefined {
  if (PUBLISHED.has(key.trim())) return 'published_default';
  return Buffer.byteLength(key) < MIN_KEY_BYTES ? 'too_short' : undefined;
}
