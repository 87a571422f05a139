import { Button } from '@mantine/core';
import type { usePages } from './usePages.js';

/** The button under a list that has more. */
export function MoreRows({ query }: { query: ReturnType<typeof usePages>['query'] }) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      mt="sm"
      variant="default"
      loading={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      Show more
    </Button>
  );
}
