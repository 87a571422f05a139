import { note } from '../terminal/terminal.js';
import type { Cli } from './cli.js';

/** What the API answers of a list; `next_cursor` null: that was all. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** The API gives no more at once. */
const MOST_AT_ONCE = 200;

/** Filters that are undefined are left out, those of several words repeated. */
export type Filter = Record<string, string | readonly string[] | undefined>;

interface Wanted {
  limit?: number | undefined;
  filter?: Filter;
}

/** The first `limit` items of a list, however many requests that takes; without a `limit`, all. */
export async function listed<Item = Record<string, unknown>>(
  cli: Cli,
  path: string,
  wanted: Wanted = {},
): Promise<Page<Item>> {
  const page: Page<Item> = { items: [], next_cursor: null };
  for await (const items of pagesOf<Item>(cli, path, wanted, (cursor) => {
    page.next_cursor = cursor;
  }))
    page.items.push(...items);
  return page;
}

/** The same page by page, for what may be too much to hold. */
export async function* pagesOf<Item>(
  cli: Cli,
  path: string,
  { limit = Number.POSITIVE_INFINITY, filter = {} }: Wanted,
  follows: (cursor: string | null) => void = () => undefined,
): AsyncGenerator<Item[]> {
  let cursor: string | null = null;
  let left = limit;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(MOST_AT_ONCE, left)) });
    for (const [name, words = []] of Object.entries(filter)) {
      for (const word of [words].flat()) query.append(name, word);
    }
    if (cursor !== null) query.set('cursor', cursor);
    const { body }: { body: Page<Item> } = await cli.call<Page<Item>>(`${path}?${query}`);
    cursor = body.next_cursor;
    left -= body.items.length;
    follows(cursor);
    yield body.items;
  } while (cursor !== null && left > 0);
}

/** Below a table that does not show all. */
export function tellMore({ next_cursor }: Page<unknown>): void {
  if (next_cursor !== null) note('There are more results: raise --limit.');
}
