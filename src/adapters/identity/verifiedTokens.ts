import { createHash, type KeyObject } from 'node:crypto';
import type { JwtPayload } from 'jsonwebtoken';

interface Verified {
  key: KeyObject;
  payload: JwtPayload;
  at: number;
}

const MOST = 1_000;

/**
 * Claims of tokens whose signature was verified a moment ago, by the hash of the whole token, so that a token is not kept.
 * They count for the same key and until their end; whether the account still counts is asked in Postgres each time.
 */
export class VerifiedTokens {
  readonly #known = new Map<string, Verified>();

  /** The claims, or those that `verify` finds and that are kept when it does. `now` in seconds of the epoch. */
  claims(
    token: string,
    { key, now }: { key: KeyObject; now: number },
    verify: () => JwtPayload | undefined,
  ): JwtPayload | undefined {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(hash);
    // A clock that went back may be before `nbf`.
    if (known?.key === key && now >= known.at && now < (known.payload.exp ?? 0)) return known.payload;
    const payload = verify();
    if (payload === undefined) return undefined;
    this.#known.delete(hash);
    this.#known.set(hash, { key, payload, at: now });
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? '');
    return payload;
  }
}
