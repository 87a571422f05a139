import { OutboundFailure } from '../../domain/testing/outbound.js';
import type { Clock } from '../../ports/runtime.js';
import type { HostSlots } from '../../ports/testing.js';
import { HostLine } from './hostLine.js';

const PER_HOST = 2;
const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 400;

/** A turn at a host: first in the line of this process, so that few of it ask for the turns that processes share. */
export class HostQueue {
  readonly #line: HostLine;
  readonly #clock: Clock;
  readonly #shared: HostSlots | undefined;

  constructor(options: { clock: Clock; perHost?: number; hostSlots?: HostSlots }) {
    const { clock, perHost = PER_HOST, hostSlots } = options;
    this.#line = new HostLine(perHost);
    this.#clock = clock;
    this.#shared = hostSlots;
  }

  /** Resolves with what gives the turn back. Rejects with `busy` when the wait is over or turns can't be asked for. */
  async take(
    host: string,
    times: { waitMs: number; leaseMs: number; lane?: string },
  ): Promise<() => Promise<void>> {
    const until = this.#clock.now().getTime() + times.waitMs;
    const leave = await this.#line.take(host, times.lane ?? '', times.waitMs);
    try {
      const giveBack = await this.#take(host, times.leaseMs, until);
      return async () => {
        await giveBack?.();
        leave();
      };
    } catch (error) {
      leave();
      throw error instanceof OutboundFailure ? error : new OutboundFailure('busy', { cause: error });
    }
  }

  async #take(host: string, leaseMs: number, until: number): Promise<(() => Promise<void>) | undefined> {
    if (this.#shared === undefined) return undefined;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      const giveBack = await this.#shared.take(host, leaseMs);
      if (giveBack !== null) return giveBack;
      if (this.#clock.now().getTime() >= until) throw new OutboundFailure('busy');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
