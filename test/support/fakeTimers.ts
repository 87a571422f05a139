import type { Timers } from '../../src/adapters/vault/connection/timers.js';

/** Time that passes when told to. */
export class FakeTimers implements Timers {
  #now = 0;
  #waiting: { at: number; work: () => void }[] = [];
  /** What `random()` gives. */
  chance = 0.5;

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, ms), work };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  nowMs(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  /** Milliseconds until each thing that waits, soonest first. */
  get pending(): number[] {
    return this.#waiting.map((entry) => entry.at - this.#now).sort((a, b) => a - b);
  }

  /** Lets `ms` pass; what falls due runs in order, each with all that follows from it at once. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const next = this.#waiting.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      next.work();
      await settled();
    }
    this.#now = end;
  }
}

/** Everything that needs no time has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
