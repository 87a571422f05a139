import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { CredentialPage, ListedCredential } from '../client/contract.js';
import { listCredentials } from '../client/credentials.js';
import { type ListSearch, queryOf } from './listSearch.js';

export const LIST_KEY = 'credentials';

/** The list by pages of 100: one request for the first, one for each further page. */
export function useCredentialList(search: ListSearch) {
  return useInfiniteQuery({
    queryKey: [LIST_KEY, search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === undefined ? {} : { cursor: pageParam };
      return listCredentials({ ...queryOf(search), ...cursor }, { signal });
    },
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
}

type Lists = InfiniteData<CredentialPage>;

/** Changes the row of one credential in every list that holds it; asks the server for nothing. */
export function usePatchRow(): (id: string, change: Partial<ListedCredential>) => void {
  const client = useQueryClient();
  return useCallback(
    (id, change) =>
      client.setQueriesData<Lists>({ queryKey: [LIST_KEY] }, (lists) => lists && patched(lists, id, change)),
    [client],
  );
}

/** Pages without the credential stay the same objects, so that their rows don't render again. */
function patched(lists: Lists, id: string, change: Partial<ListedCredential>): Lists {
  const has = ({ items }: CredentialPage) => items.some((item) => item.id === id);
  if (!lists.pages.some(has)) return lists;
  const pages = lists.pages.map((page) =>
    has(page)
      ? { ...page, items: page.items.map((item) => (item.id === id ? { ...item, ...change } : item)) }
      : page,
  );
  return { ...lists, pages };
}
