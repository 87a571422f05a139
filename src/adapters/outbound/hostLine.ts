import { FairLine } from '../../domain/limits/fairLine.js';
import { OutboundFailure } from '../../domain/testing/outbound.js';

const MAX_WAITING = 500;

/** Limits the concurrent tests of one host in this process; further ones wait, and callers take turns. */
export class HostLine {
  readonly #perHost: number;
  readonly #lines = new Map<string, FairLine>();

  constructor(perHost: number) {
    this.#perHost = perHost;
  }

  /**
   * Resolves with what leaves the place again. Rejects with `busy` when the line is too long or the wait is over.
   * @param lane on whose behalf.
   */
  async take(host: string, lane: string, waitMs: number): Promise<() => void> {
    const bounds = { atOnce: this.#perHost, perLane: MAX_WAITING, most: 4 * MAX_WAITING };
    const line = this.#lines.get(host) ?? new FairLine(bounds);
    this.#lines.set(host, line);
    const leave = await line.take(lane, waitMs);
    if (leave === null) throw new OutboundFailure('busy');
    return () => {
      leave();
      if (line.isIdle && this.#lines.get(host) === line) this.#lines.delete(host);
    };
  }
}
