interface Waiting {
  go(): void;
}

/**
 * Lets at most `atOnce` run; the others wait in lanes, and lanes take turns, so that one with very many keeps no other
 * waiting for longer than one turn of each. Both a lane and all lanes together have a bound.
 */
export class FairLine {
  readonly #lanes = new Map<string, Waiting[]>();
  #running = 0;
  #waiting = 0;

  constructor(private readonly bounds: { atOnce: number; perLane: number; most: number }) {}

  /** True when nobody runs or waits. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** Resolves with what leaves the place again, or with null when the line is full or `waitMs` have gone. */
  async take(lane: string, waitMs: number): Promise<(() => void) | null> {
    const { atOnce, perLane, most } = this.bounds;
    if (this.#running < atOnce) this.#running += 1;
    else {
      const own = this.#lanes.get(lane)?.length ?? 0;
      if (waitMs <= 0 || own >= perLane || this.#waiting >= most) return null;
      if (!(await this.#wait(lane, waitMs))) return null;
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave();
    };
  }

  #wait(lane: string, waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const mine: Waiting = {
        go: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#drop(lane, mine);
        resolve(false);
      }, waitMs);
      this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), mine]);
      this.#waiting += 1;
    });
  }

  #drop(lane: string, one: Waiting): void {
    const rest = (this.#lanes.get(lane) ?? []).filter((other) => other !== one);
    this.#waiting -= 1;
    if (rest.length === 0) this.#lanes.delete(lane);
    else this.#lanes.set(lane, rest);
  }

  /** The place goes over to the next lane without becoming free in between. */
  #leave(): void {
    const [next] = this.#lanes;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    const [lane, [first, ...rest]] = next;
    this.#lanes.delete(lane);
    // Behind all other lanes.
    if (rest.length > 0) this.#lanes.set(lane, rest);
    this.#waiting -= 1;
    first?.go();
  }
}
