/**
 * At most one retry for every ten calls, so that retries don't multiply the load of a Vault that is in trouble.
 * A quiet process has ten in hand.
 */
export class RetryBudget {
  #tenths = 100;

  call(): void {
    this.#tenths = Math.min(100, this.#tenths + 1);
  }

  /** True when a retry may be made; it is then counted. */
  take(): boolean {
    if (this.#tenths < 10) return false;
    this.#tenths -= 10;
    return true;
  }
}
