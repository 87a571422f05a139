import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { listVersions } from '../../client/credentialParts.js';
import { Moment } from '../../parts/Moment.js';
import { Problem } from '../../parts/Problem.js';
import classes from './FieldTable.module.css';

/** The versions of the values, newest first: who stored each, why, and the names of what changed. */
export function VersionTable({ id, active }: { id: string; active: number | null }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id, 'versions', active],
    queryFn: ({ signal }) => listVersions(id, { signal }),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={80} />;
  return (
    <table className={classes['table']}>
      <thead>
        <tr>
          {['Version', 'Stored', 'By', 'Changed', 'Reason'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.items.map(({ version, created_time, author, changed_fields, reason, source, state }) => (
          <tr key={version}>
            <td>
              {version} {version === active ? '(active)' : state === 'available' ? '' : `(${state})`}
            </td>
            <td>
              <Moment at={created_time} />
            </td>
            <td>
              {author} ({source})
            </td>
            <td>{changed_fields.join(', ')}</td>
            <td>{reason ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
