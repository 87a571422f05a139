import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UsagePage } from '../../client/contract.js';
import { listUsage } from '../../client/credentialParts.js';
import { Moment } from '../../parts/Moment.js';
import { Problem } from '../../parts/Problem.js';
import classes from './FieldTable.module.css';

/** Who received the values or reported how they worked, newest first. */
export function UsageTable({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id, 'usage'],
    queryFn: ({ signal }) => listUsage(id, { signal }),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={80} />;
  if (data.items.length === 0) return <Text size="md">Nobody has used it yet.</Text>;
  return (
    <table className={classes['table']}>
      <thead>
        <tr>
          <th scope="col">Used by</th>
          <th scope="col">When</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {data.items.map((use) => (
          <tr key={`${use.used_at} ${use.used_by} ${use.caller}`}>
            <td>{use.used_by}</td>
            <td>
              <Moment at={use.used_at} />
            </td>
            <td>{resultOf(use)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function resultOf({ handed_out, reported, error_code }: UsagePage['items'][number]): string {
  const code = error_code === null ? '' : `: ${error_code}`;
  if (reported !== null) return reported ? 'Reported: works' : `Reported: failed${code}`;
  return handed_out === true ? 'Received' : `Not received${code}`;
}
