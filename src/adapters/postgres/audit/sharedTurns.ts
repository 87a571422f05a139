import { mutex } from '../../../domain/async.js';

/**
 * Lets one run at a time, and at most one wait: callers that ask before a run called `begin` share its result. So
 * each result is of a moment after it was requested.
 */
export function sharedTurns<T>(work: (begin: () => void) => Promise<T>): () => Promise<T> {
  const alone = mutex();
  let open: Promise<T> | null = null;
  return () => {
    if (open !== null) return open;
    const close = (): void => {
      if (open === mine) open = null;
    };
    const mine: Promise<T> = alone(() => work(close)).finally(close);
    open = mine;
    return mine;
  };
}
