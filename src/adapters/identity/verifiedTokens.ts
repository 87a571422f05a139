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

  /**
   * The claims, or those that `verify` finds with the first key that fits, which are kept then. `keys` are those that count
   * at this moment, `now` is in seconds of the epoch.
   */
  claims(
    token: string,
    { keys, now }: { keys: readonly KeyObject[]; now: number },
    verify: (key: KeyObject) => JwtPayload | undefined,
  ): JwtPayload | undefined {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(hash);
    // A clock that went back may be before `nbf`.
    const counts = known !== undefined && now >= known.at && now < (known.payload.exp ?? 0);
    if (counts && keys.includes(known.key)) return known.payload;
    for (const key of keys) {
      const payload = verify(key);
      if (payload !== undefined) return this.#keep(hash, { key, payload, at: now });
    }
    return undefined;
  }

  #keep(hash: string, verified: Verified): JwtPayload {
    this.#known.delete(hash);
    this.#known.set(hash, verified);
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? '');
    return verified.payload;
  }
}
