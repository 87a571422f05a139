import { Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem } from './Problem.js';

interface Query<T> {
  data: T | undefined;
  error: Error | null;
  refetch(): unknown;
}

interface Props<T> {
  query: Query<T>;
  /** Says that there is nothing, and what to do; the data are asked. */
  empty?: (data: T) => string | undefined;
  children(data: T): ReactNode;
}

/** What was loaded, a placeholder until then, or the error with a way out. */
export function Loaded<T>({ query, empty, children }: Props<T>) {
  const { data, error, refetch } = query;
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={160} aria-label="Loading" />;
  const nothing = empty?.(data);
  return nothing === undefined ? children(data) : <Text size="md">{nothing}</Text>;
}
