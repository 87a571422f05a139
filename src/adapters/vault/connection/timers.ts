/** Delays and chance, so that tests decide both. */
export interface Timers {
  /** Calls `work` once after `ms`; the returned function cancels it. Keeps the process alive only when it is to `hold`. */
  after(ms: number, work: () => void, hold?: 'hold'): () => void;
  /** Milliseconds of a clock that only goes forward. */
  nowMs(): number;
  /** From 0 to below 1. */
  random(): number;
}

export const realTimers: Timers = {
  after: (ms, work, hold) => {
    const timer = setTimeout(work, ms);
    if (hold === undefined) timer.unref();
    return () => clearTimeout(timer);
  },
  nowMs: () => performance.now(),
  random: Math.random,
};

/** Resolves after `ms`. A command must not end in the middle of it, so it holds the process. */
export function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve, 'hold');
  });
}
