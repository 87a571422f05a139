import { useInfiniteQuery } from '@tanstack/react-query';
import type { RequestOptions } from '../../../client/request.js';

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
type Ask = { limit: number; cursor?: string };

const PAGE = 20;

/** The items of a list with cursors, newest first; more on request. */
export function usePages<Item>(
  queryKey: readonly unknown[],
  list: (query: Ask, options: Pick<RequestOptions, 'signal'>) => Promise<Page<Item>>,
) {
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      list({ limit: PAGE, ...(pageParam !== undefined && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  return { query, items: query.data?.pages.flatMap(({ items }) => items) };
}
