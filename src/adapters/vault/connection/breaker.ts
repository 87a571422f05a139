import type { Timers } from './timers.js';

export interface BreakerOptions {
  timers: Timers;
  /** Asks Vault whether it serves again; anything but true, a rejection too, means no. */
  probe: () => Promise<boolean>;
  onChange?: (state: 'open' | 'closed') => void;
  /** Failures in a row that open it. Default 5. */
  threshold?: number;
}

/** Answers that are looked back on, and how many failures among them open the breaker. */
const WINDOW = 20;
const MOST_FAILURES = WINDOW / 2;

/**
 * Stops asking a Vault that can't serve: after some failures in a row, or when half of the last 20 answers are
 * failures. While open every request is answered at once, and one probe each 1 to 2 s
 * (with jitter, so that replicas don't come together) finds out when it is over.
 */
export class Breaker {
  #inARow = 0;
  /** The last answers, oldest first; true for a failure. */
  #lately: boolean[] = [];
  #open = false;
  #stopped = false;
  #cancel: () => void = () => undefined;
  readonly #threshold: number;

  constructor(private readonly options: BreakerOptions) {
    this.#threshold = options.threshold ?? 5;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Vault answered something that shows it is alive. An answer that was under way while it opened does not close it. */
  alive(): void {
    this.#inARow = 0;
    this.#remember(false);
  }

  failed(): void {
    this.#inARow += 1;
    this.#remember(true);
    const failures = this.#lately.filter((failure) => failure).length;
    const mostly = this.#lately.length === WINDOW && failures >= MOST_FAILURES;
    if (mostly || this.#inARow >= this.#threshold) this.open();
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.options.onChange?.('open');
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #remember(failure: boolean): void {
    this.#lately.push(failure);
    if (this.#lately.length > WINDOW) this.#lately.shift();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { timers } = this.options;
    this.#cancel = timers.after(1_000 + timers.random() * 1_000, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    const serves = await this.options.probe().catch(() => false);
    if (!serves) return this.#schedule();
    this.#inARow = 0;
    this.#lately = [];
    this.#open = false;
    this.options.onChange?.('closed');
  }
}
