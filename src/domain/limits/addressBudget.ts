import { HOUR_MS } from '../time/units.js';

/** How many different addresses each caller may have contacted with what is not stored, within an hour. */
export class AddressBudget {
  readonly #perHour: number;
  readonly #seen = new Map<string, Map<string, number>>();

  /** `perHour` 0: no bound. */
  constructor(perHour: number) {
    this.#perHour = perHour;
  }

  /** Null: it may be contacted. Else in how many milliseconds it may be. One that was contacted lately is free. */
  admit(caller: string, address: string, now: number): number | null {
    if (this.#perHour === 0) return null;
    const seen = this.#lately(caller, now);
    if (!seen.has(address) && seen.size >= this.#perHour) {
      const [oldest = now] = seen.values();
      return Math.max(1, oldest + HOUR_MS - now);
    }
    if (!seen.has(address)) seen.set(address, now);
    this.#seen.set(caller, seen);
    return null;
  }

  /** In the order in which they were contacted; what is an hour old is forgotten, of all callers. */
  #lately(caller: string, now: number): Map<string, number> {
    for (const [known, addresses] of this.#seen) {
      for (const [address, at] of addresses) {
        if (now - at < HOUR_MS) break;
        addresses.delete(address);
      }
      if (addresses.size === 0) this.#seen.delete(known);
    }
    return this.#seen.get(caller) ?? new Map();
  }
}
