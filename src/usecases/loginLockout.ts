import { BrokerError } from '../domain/errors.js';

const FREE_TRIES = 5;
const MAX_WAIT_MS = 15 * 60_000;
const MAX_ENTRIES = 10_000;

/**
 * Slows down guessing per (user, address), before Vault is asked: after five failures each further one doubles the
 * wait, up to 15 minutes. In memory of this process; a flood of names can't grow it past its bound.
 */
class Lockout {
  readonly #failures = new Map<string, { count: number; until: number }>();

  /** Rejects with `rate_limited` while the wait lasts. */
  check(username: string, ip: string, now: Date): void {
    const waitMs = (this.#failures.get(`${username}|${ip}`)?.until ?? 0) - now.getTime();
    if (waitMs <= 0) return;
    throw new BrokerError('rate_limited', {
      detail: 'Too many wrong passwords. Wait and try again.',
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    });
  }

  failed(username: string, ip: string, now: Date): void {
    const key = `${username}|${ip}`;
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const waitMs = count < FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (count - FREE_TRIES));
    const oldest = this.#failures.keys().next();
    if (this.#failures.size >= MAX_ENTRIES && !oldest.done) this.#failures.delete(oldest.value);
    this.#failures.set(key, { count, until: now.getTime() + waitMs });
  }

  succeeded(username: string, ip: string): void {
    this.#failures.delete(`${username}|${ip}`);
  }
}

export const lockout = new Lockout();
