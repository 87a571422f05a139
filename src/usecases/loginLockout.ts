import { createHmac, randomBytes } from 'node:crypto';
import { BrokerError } from '../domain/errors.js';

const FREE_TRIES = 5;
const MAX_WAIT_MS = 15 * 60_000;
/** Failures are forgotten when none was added for so long. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;
const MAX_ENTRIES = 10_000;

interface Failures {
  count: number;
  /** Milliseconds of the epoch. */
  lastAt: number;
  waitUntil: number;
}

/**
 * Slows down guessing per (user, address), before Vault is asked: after five failures each further one doubles the
 * wait, up to 15 minutes. In memory of this process. A flood of names can't grow it past its bound, and what it pushes
 * out is what has failed least: neither a victim's wait nor the flooder's own ends early. Names are kept only as keyed
 * hashes, since some type their password there.
 */
export class LoginLockout {
  readonly #failures = new Map<string, Failures>();
  readonly #key = randomBytes(32);

  constructor(private readonly maxEntries = MAX_ENTRIES) {}

  /** `rate_limited` while the wait lasts, else null. */
  waitOf(username: string, ip: string, now: Date): BrokerError | null {
    const waitMs = (this.#failures.get(this.#keyOf(username, ip))?.waitUntil ?? 0) - now.getTime();
    if (waitMs <= 0) return null;
    return new BrokerError('rate_limited', {
      detail: 'Too many wrong passwords. Wait and try again.',
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    });
  }

  failed(username: string, ip: string, now: Date): void {
    const key = this.#keyOf(username, ip);
    const at = now.getTime();
    const before = this.#failures.get(key);
    const count = before === undefined || isForgotten(before, at) ? 1 : before.count + 1;
    if (before === undefined && this.#failures.size >= this.maxEntries) this.#makeRoom(at);
    const waitMs = count < FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (count - FREE_TRIES));
    this.#failures.set(key, { count, lastAt: at, waitUntil: at + waitMs });
  }

  succeeded(username: string, ip: string): void {
    this.#failures.delete(this.#keyOf(username, ip));
  }

  #keyOf(username: string, ip: string): string {
    return createHmac('sha256', this.#key).update(`${username}|${ip}`).digest('base64');
  }

  #makeRoom(at: number): void {
    let least: [string, Failures] | undefined;
    for (const [key, failures] of this.#failures) {
      if (isForgotten(failures, at)) this.#failures.delete(key);
      else if (least === undefined || failures.count < least[1].count) least = [key, failures];
    }
    if (this.#failures.size >= this.maxEntries && least !== undefined) this.#failures.delete(least[0]);
  }
}

function isForgotten(failures: Failures, at: number): boolean {
  return at - failures.lastAt >= FORGOTTEN_AFTER_MS;
}

export const lockout = new LoginLockout();
