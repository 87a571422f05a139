import { createHash } from 'node:crypto';
import { BrokerError } from '../../domain/errors.js';
import type { Clock } from '../../ports/runtime.js';

/** An access token that a cookie was exchanged for. */
export interface CookieToken {
  token: string;
  /** Seconds. */
  expiresIn: number;
  /** False for one that must not be used again: its login is about to change. */
  keep: boolean;
}

interface Kept {
  token: string;
  /** Milliseconds since 1970. */
  endsAt: number;
}

export type Exchange = () => Promise<CookieToken>;

const MOST = 10_000;
/** A token that is used now must not end on its way. */
const EARLY_MS = 5_000;
/** A page with an ended login asks many times; whether it counts is found out once in this time. */
const REFUSED_MS = 15_000;

/**
 * Access tokens of the browsers that were here in the last minutes, by the hash of their cookie, so that the exchange in
 * Vault happens about every ten minutes. Who may what is decided for each request.
 */
export class CookieTokens {
  readonly #kept = new Map<string, Kept>();
  readonly #refused = new Map<string, number>();
  readonly #asking = new Map<string, Promise<string>>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /**
   * The token of a cookie; undefined when it was refused a moment ago. `refused` is another token of it that no longer
   * counts. Rejects as `exchange` does.
   */
  async of(cookie: string, exchange: Exchange, refused?: string): Promise<string | undefined> {
    const hash = createHash('sha256').update(cookie).digest('base64');
    const known = this.#kept.get(hash);
    const now = this.clock.now().getTime();
    if (known !== undefined && known.token !== refused && now < known.endsAt - EARLY_MS) return known.token;
    if (now < (this.#refused.get(hash) ?? 0)) return undefined;
    const asking = this.#asking.get(hash) ?? this.#ask(hash, exchange);
    return asking.catch((error: unknown) => {
      // While Vault is away, what was proven a moment ago counts until it ends.
      const isUsable = known !== undefined && known.token !== refused && now < known.endsAt;
      if (isUsable && !isRefusal(error)) return known.token;
      throw error;
    });
  }

  #ask(hash: string, exchange: Exchange): Promise<string> {
    const asking = exchange()
      .then(({ token, expiresIn, keep }) => {
        this.#kept.delete(hash);
        const endsAt = this.clock.now().getTime() + expiresIn * 1000;
        if (keep) put(this.#kept, hash, { token, endsAt });
        return token;
      })
      .catch((error: unknown) => {
        if (isRefusal(error)) {
          this.#kept.delete(hash);
          put(this.#refused, hash, this.clock.now().getTime() + REFUSED_MS);
        }
        throw error;
      })
      .finally(() => this.#asking.delete(hash));
    this.#asking.set(hash, asking);
    return asking;
  }
}

const isRefusal = (error: unknown) => error instanceof BrokerError && error.code === 'unauthenticated';

/** The oldest goes when there is no room. */
function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST) map.delete(map.keys().next().value ?? '');
}
