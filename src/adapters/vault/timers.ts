/** Delays and chance, so that tests decide both. */
export interface Timers {
  /** Calls `work` once after `ms`; the returned function cancels it. Never keeps the process alive. */
  after(ms: number, work: () => void): () => void;
  /** Milliseconds of a clock that only goes forward. */
  nowMs(): number;
  /** From 0 to below 1. */
  random(): number;
}

export const realTimers: Timers = {
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  nowMs: () => performance.now(),
  random: Math.random,
};

/** Resolves after `ms`. */
export function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve);
  });
}
