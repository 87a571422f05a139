import { KeyedTally } from './keyedTally.js';

export interface BrakeRule {
  /** The number of failures in `windowMs` that are free; 0 never slows down. */
  free: number;
  windowMs: number;
  /** Beyond that one attempt may begin each `spacingMs`. */
  spacingMs: number;
  /** How many may wait for that. */
  line: number;
}

interface Passing {
  /** Attempts under way, which may fail too. */
  under: number;
  /** When the next one may begin; milliseconds of the epoch. */
  next: number;
  waiting: Set<string>;
}

/**
 * Slows down attempts with one key once many failed: they begin one after the other. Nobody is blocked: of each lane
 * one may wait, so that the owner of an account has a place in the line even if an attacker floods it from elsewhere.
 */
export class Brake {
  readonly #failures: KeyedTally;
  readonly #passing = new Map<string, Passing>();

  constructor(private readonly rule: BrakeRule) {
    this.#failures = new KeyedTally(rule.windowMs / Math.max(1, rule.free), 2 * rule.free);
  }

  /** Resolves with what ends the attempt; or with how many milliseconds to wait, when the line is full. */
  async enter(key: string, lane: string, at: number): Promise<(() => void) | number> {
    const { free, spacingMs, line } = this.rule;
    const own = this.#passing.get(key) ?? { under: 0, next: 0, waiting: new Set<string>() };
    this.#passing.set(key, own);
    // What was forgotten within the last moments must not make room for one more.
    if (free > 0 && Math.round(this.#failures.of(key, at).level) + own.under >= free) {
      const waitMs = Math.max(0, own.next - at);
      if (own.waiting.has(lane) || own.waiting.size >= line) return Math.max(waitMs, spacingMs);
      own.next = Math.max(at, own.next) + spacingMs;
      own.waiting.add(lane);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      own.waiting.delete(lane);
    }
    own.under += 1;
    return () => {
      own.under -= 1;
      if (own.under === 0 && own.waiting.size === 0 && this.#passing.get(key) === own)
        this.#passing.delete(key);
    };
  }

  failed(key: string, at: number): void {
    this.#failures.add(key, at);
  }
}
