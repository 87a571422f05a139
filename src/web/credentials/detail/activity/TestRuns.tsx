import { Skeleton, Text } from '@mantine/core';
import { listTests } from '../../../client/credentialParts.js';
import { DataTable } from '../../../parts/DataTable.js';
import { Moment } from '../../../parts/Moment.js';
import { Problem } from '../../../parts/Problem.js';
import { StatusMark } from '../../../parts/status.js';
import { nameOf } from '../../principals.js';
import { MoreRows } from './MoreRows.js';
import { usePages } from './usePages.js';

/** The tests of a credential, newest first. */
export function TestRuns({ id }: { id: string }) {
  const { query, items } = usePages(['credential', id, 'tests'], (ask, options) =>
    listTests(id, ask, options),
  );
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (items === undefined) return <Skeleton height={80} />;
  if (items.length === 0) return <Text size="md">It was not tested yet. Press Test.</Text>;
  return (
    <>
      <DataTable label="Tests" columns={['When', 'Result', 'Version', 'Started by', 'Took']}>
        {items.map((run) => (
          <tr key={`${run.tested_at} ${run.version} ${run.caller}`}>
            <td>
              <Moment at={run.tested_at} />
            </td>
            <td>
              <StatusMark status={run.health} withWord /> <span className="mono dim">{run.code}</span>
              {run.code !== 'ok' && <Text size="sm">{run.advice}</Text>}
            </td>
            <td>{run.version}</td>
            <td>
              {nameOf(run.caller)} <span className="dim">({run.trigger})</span>
            </td>
            <td>{(run.duration_ms / 1000).toFixed(1)} s</td>
          </tr>
        ))}
      </DataTable>
      <MoreRows query={query} />
    </>
  );
}
