import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { listAudit } from '../client/audit.js';
import type { AuditSearch } from '../client/contract.js';
import { Problem } from '../parts/Problem.js';
import { AuditFilters } from './AuditFilters.js';
import { AuditRows } from './AuditRows.js';
import { ExportButtons } from './ExportButtons.js';
import { Verify } from './Verify.js';

const PAGE = 100;

/** Who did what, newest first. */
export function AuditPage() {
  const search: AuditSearch = useSearch({ from: '/audit' });
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1}>Audit</Title>
        <Group gap="sm">
          <ExportButtons search={search} />
          <Verify />
        </Group>
      </Group>
      <AuditFilters key={JSON.stringify(search)} search={search} />
      <Rows search={search} />
    </Stack>
  );
}

function Rows({ search }: { search: AuditSearch }) {
  const list = useInfiniteQuery({
    queryKey: ['audit', search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      listAudit({ ...search, limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  if (list.error !== null) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) return <Skeleton height={240} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Text size="md">No row matches. Change or clear the filters.</Text>;
  return (
    <>
      <AuditRows items={items} />
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
