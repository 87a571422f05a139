import { withTimeout } from '../../domain/async.js';
import type { Ports } from '../../ports/ports.js';

/** A scrape must not wait for a Postgres that hangs: the other metrics are needed just then. */
const WITHIN_MS = 1_000;

/** One look for all gauges of a scrape, and for those that come right after; undefined while it can't be had. */
export function cachedLook<T>(
  { clock, log }: Pick<Ports, 'clock' | 'log'>,
  { freshMs, failed }: { freshMs: number; failed: string },
  look: () => Promise<T>,
): () => Promise<T | undefined> {
  let known: { at: number; seen: Promise<T | undefined> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (known === undefined || now - known.at >= freshMs) {
      const seen = look().catch(() => {
        log.warn(failed);
        return undefined;
      });
      known = { at: now, seen: withTimeout(WITHIN_MS, seen, () => undefined) };
    }
    return known.seen;
  };
}
