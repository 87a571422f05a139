import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Problem } from '../parts/Problem.js';
import { useSession } from '../session/SessionGate.js';
import { CredentialList, sectionsOf } from './CredentialList.js';
import { EmptyList } from './EmptyList.js';
import { ListFilters } from './ListFilters.js';
import { isFiltered, type ListSearch } from './listSearch.js';
import { useCredentialList } from './useCredentialList.js';
import { useListKeys } from './useListKeys.js';
import { useLiveRows } from './useLiveRows.js';
import { useSelection } from './useSelection.js';
import { useTests } from './useTests.js';

const SelectionBar = lazy(() =>
  import('./bulk/SelectionBar.js').then((module) => ({ default: module.SelectionBar })),
);

/** The list: what there is, whether it works, who owns it. */
export function CredentialsPage() {
  const search: ListSearch = useSearch({ from: '/credentials' });
  useLiveRows();
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1}>Credentials</Title>
        <Group gap="sm">
          <Button component={Link} to="/import" variant="default">
            Import .env
          </Button>
          <Button component={Link} to="/credentials/new">
            Add
          </Button>
        </Group>
      </Group>
      <ListFilters search={search} />
      <Rows search={search} />
    </Stack>
  );
}

function Rows({ search }: { search: ListSearch }) {
  const list = useCredentialList(search);
  const { principal } = useSession();
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const byGroup = search.sort === undefined;
  const sections = useMemo(() => sectionsOf(items, byGroup), [items, byGroup]);
  const shown = useMemo(() => sections.flatMap((section) => section.items), [sections]);
  const { selected, select, clear } = useSelection(
    useMemo(() => shown.map(({ id }) => id), [shown]),
    JSON.stringify(search),
  );
  const { testing, test } = useTests();
  const [current, setCurrent] = useState<string>();
  useListKeys({ shown, current, setCurrent, select, selected, test });
  const actions = useMemo(() => ({ select, test }), [select, test]);
  return (
    <>
      {items.length > 0 && (
        <CredentialList {...{ sections, selected, testing, current, actions }} me={principal} />
      )}
      {items.length === 0 && <NoRows list={list} search={search} />}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show 100 more
        </Button>
      )}
      {selected.size > 0 && (
        <Suspense>
          <SelectionBar {...{ selected, shown, search, clear }} />
        </Suspense>
      )}
    </>
  );
}

function NoRows({ list, search }: { list: ReturnType<typeof useCredentialList>; search: ListSearch }) {
  if (list.isPending) return <ListSkeleton />;
  if (list.isError) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return <EmptyList filtered={isFiltered(search)} />;
}

function ListSkeleton() {
  return (
    <Stack gap="xs" aria-label="Loading">
      {Array.from({ length: 8 }, (_, index) => index).map((row) => (
        <Skeleton key={row} height={40} />
      ))}
      <Text className="hidden">Loading</Text>
    </Stack>
  );
}
