import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UsagePage } from '../../client/contract.js';
import { listConsumers, listUsage } from '../../client/credentialParts.js';
import { DataTable } from '../../parts/DataTable.js';
import { Moment } from '../../parts/Moment.js';
import { Problem } from '../../parts/Problem.js';
import { Section } from '../../parts/Section.js';
import { accountName, useSubjects } from './access/subjects.js';
import { MoreRows } from './activity/MoreRows.js';
import { usePages } from './activity/usePages.js';

/** Who uses it, and each use, newest first. */
export function UsageTable({ id }: { id: string }) {
  return (
    <Stack gap="xl">
      <Section title="Consumers of the last 30 days">
        <Consumers id={id} />
      </Section>
      <Section title="Every use">
        <Uses id={id} />
      </Section>
    </Stack>
  );
}

function Consumers({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id, 'consumers'],
    queryFn: ({ signal }) => listConsumers(id, { signal }),
  });
  const subjects = useSubjects();
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={80} />;
  if (data.items.length === 0) return <Text size="md">Nobody used it in the last 30 days.</Text>;
  return (
    <DataTable label="Consumers" columns={['Used by', 'Account', 'Last', 'Reads', 'Failures']}>
      {data.items.map(({ used_by, caller, last_used_at, uses, failures }) => (
        <tr key={`${used_by} ${caller}`}>
          <th scope="row">{used_by}</th>
          <td>{accountName(caller, subjects)}</td>
          <td>
            <Moment at={last_used_at} />
          </td>
          <td>{uses}</td>
          <td style={failures > 0 ? { color: 'var(--page-rejected)' } : undefined}>{failures}</td>
        </tr>
      ))}
    </DataTable>
  );
}

/** Who received the values or reported how they worked. */
function Uses({ id }: { id: string }) {
  const { query, items } = usePages(['credential', id, 'usage'], (ask, options) =>
    listUsage(id, ask, options),
  );
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (items === undefined) return <Skeleton height={80} />;
  if (items.length === 0) return <Text size="md">Nobody has used it yet.</Text>;
  return (
    <>
      <DataTable label="Uses" columns={['Used by', 'When', 'Result', 'For what']}>
        {items.map((use) => (
          <tr key={`${use.used_at} ${use.used_by} ${use.caller}`}>
            <td>{use.used_by}</td>
            <td>
              <Moment at={use.used_at} />
            </td>
            <td>{resultOf(use)}</td>
            <td>{use.purpose ?? '–'}</td>
          </tr>
        ))}
      </DataTable>
      <MoreRows query={query} />
    </>
  );
}

function resultOf({ handed_out, reported, error_code }: UsagePage['items'][number]): string {
  const code = error_code === null ? '' : `: ${error_code}`;
  if (reported !== null) return reported ? 'Reported: works' : `Reported: failed${code}`;
  return handed_out === true ? 'Received' : `Not received${code}`;
}
