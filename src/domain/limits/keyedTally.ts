import { createHmac, randomBytes } from 'node:crypto';

export interface Tally {
  /** What was counted, less what was forgotten since. */
  level: number;
  /** Milliseconds of the epoch. */
  at: number;
}

/**
 * Counts by key, and forgets with time. A flood of keys can't grow it past its bound, and what it pushes out is what counts least.
 * Keys are kept only as keyed hashes, since some people type their password for a name.
 */
export class KeyedTally {
  readonly #tallies = new Map<string, Tally>();
  readonly #key = randomBytes(32);

  /** @param forgetMs after how long one count is forgotten. @param cap beyond it nothing adds up. */
  constructor(
    private readonly forgetMs: number,
    private readonly cap: number,
    private readonly most = 10_000,
  ) {}

  /** How it is at `at`, in milliseconds of the epoch. */
  of(key: string, at: number): Readonly<Tally> {
    const known = this.#tallies.get(this.#hashOf(key));
    return known === undefined ? { level: 0, at } : this.#aged(known, at);
  }

  /** How it was when it was counted last. */
  last(key: string): Readonly<Tally> {
    return this.#tallies.get(this.#hashOf(key)) ?? { level: 0, at: 0 };
  }

  /** Counts one more; how it is with it. */
  add(key: string, at: number): Tally {
    const hash = this.#hashOf(key);
    const before = this.#tallies.get(hash);
    if (before === undefined && this.#tallies.size >= this.most) this.#makeRoom(at);
    const level = before === undefined ? 0 : this.#aged(before, at).level;
    const now: Tally = { level: Math.min(this.cap, level + 1), at };
    this.#tallies.set(hash, now);
    return now;
  }

  forget(key: string): void {
    this.#tallies.delete(this.#hashOf(key));
  }

  #aged({ level, at: then }: Tally, at: number): Tally {
    return { level: Math.max(0, level - Math.max(0, at - then) / this.forgetMs), at };
  }

  #hashOf(key: string): string {
    return createHmac('sha256', this.#key).update(key).digest('base64');
  }

  #makeRoom(at: number): void {
    let least: [string, number] | undefined;
    for (const [hash, tally] of this.#tallies) {
      const { level } = this.#aged(tally, at);
      if (level === 0) this.#tallies.delete(hash);
      else if (least === undefined || level < least[1]) least = [hash, level];
    }
    if (this.#tallies.size >= this.most && least !== undefined) this.#tallies.delete(least[0]);
  }
}
