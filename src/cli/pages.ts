import type { Cli } from './cli.js';
import { note } from './terminal.js';

/** What the API answers of a list; `next_cursor` null: that was all. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** The API gives no more at once. */
const MOST_AT_ONCE = 200;

/**
 * The first so many of a list, however many requests that takes; without a `limit`, all. Filters that are undefined are
 * left out, those of several words repeated.
 */
export async function listed<Item = Record<string, unknown>>(
  cli: Cli,
  path: string,
  {
    limit = Number.POSITIVE_INFINITY,
    filter = {},
  }: { limit?: number | undefined; filter?: Record<string, string | readonly string[] | undefined> } = {},
): Promise<Page<Item>> {
  const page: Page<Item> = { items: [], next_cursor: null };
  do {
    const query = new URLSearchParams({ limit: String(Math.min(MOST_AT_ONCE, limit - page.items.length)) });
    for (const [name, words = []] of Object.entries(filter)) {
      for (const word of [words].flat()) query.append(name, word);
    }
    if (page.next_cursor !== null) query.set('cursor', page.next_cursor);
    const { body } = await cli.call<Page<Item>>(`${path}?${query}`);
    page.items.push(...body.items);
    page.next_cursor = body.next_cursor;
  } while (page.next_cursor !== null && page.items.length < limit);
  return page;
}

/** Below a table that does not show all. */
export function tellMore({ next_cursor }: Page<unknown>): void {
  if (next_cursor !== null) note('There are more: raise --limit.');
}
