import { OutboundFailure } from '../../domain/outbound.js';

const MAX_WAITING = 500;

/** At most so many tests at once of one host by this process; the others wait in line. */
export class HostLine {
  readonly #perHost: number;
  readonly #held = new Map<string, { inUse: number; waiting: (() => void)[] }>();

  constructor(perHost: number) {
    this.#perHost = perHost;
  }

  /** Resolves with what leaves the place again. Rejects with `busy` when the line is too long or the wait is over. */
  async take(host: string, waitMs: number): Promise<() => void> {
    const slots = this.#held.get(host) ?? { inUse: 0, waiting: [] };
    this.#held.set(host, slots);
    if (slots.inUse < this.#perHost) slots.inUse += 1;
    else await waitIn(slots.waiting, waitMs);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = slots.waiting.shift();
      // The slot goes over to the next in line without becoming free in between.
      if (next !== undefined) return next();
      slots.inUse -= 1;
      if (slots.inUse === 0) this.#held.delete(host);
    };
  }
}

function waitIn(line: (() => void)[], waitMs: number): Promise<void> {
  if (line.length >= MAX_WAITING) throw new OutboundFailure('busy');
  return new Promise((resolve, reject) => {
    const mine = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      line.splice(line.indexOf(mine), 1);
      reject(new OutboundFailure('busy'));
    }, waitMs);
    line.push(mine);
  });
}
