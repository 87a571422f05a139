import { patiently } from './patience.js';

const WITHIN_MS = 15_000;

/** Asks again and again until `look` gives what is not undefined; rejects with `what` after `withinMs`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  withinMs = WITHIN_MS,
): Promise<T> {
  const until = Date.now() + patiently(withinMs);
  while (Date.now() < until) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${patiently(withinMs) / 1000} s: ${what}`);
}
