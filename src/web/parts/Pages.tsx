import { Button } from '@mantine/core';
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from './Loaded.js';

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

interface Props<Item> {
  queryKey: QueryKey;
  /** One page: the first without a cursor. */
  load(page: { cursor?: string }, options: { signal: AbortSignal }): Promise<Page<Item>>;
  /** Says that there is nothing, and what to do. */
  empty: string;
  children(items: readonly Item[]): ReactNode;
}

/** A list that is loaded page by page, further ones on request. */
export function Pages<Item>({ queryKey, load, empty, children }: Props<Item>) {
  const list = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      load(pageParam === undefined ? {} : { cursor: pageParam }, { signal }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  return (
    <Loaded query={list} empty={({ pages }) => (pages[0]?.items.length === 0 ? empty : undefined)}>
      {({ pages }) => (
        <>
          {children(pages.flatMap(({ items }) => items))}
          {list.hasNextPage && (
            <Button
              mt="md"
              variant="default"
              style={{ alignSelf: 'flex-start' }}
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show more
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}
