import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { BulkResults } from '../../client/contract.js';
import { DataTable } from '../../parts/DataTable.js';
import { Problem } from '../../parts/Problem.js';
import { countsLine, JOB_TITLES, many } from './bulkWords.js';
import { useBulkJob } from './useBulkJob.js';

interface Props {
  id: string;
  /** With the job as it is then. */
  onClose(job: BulkResults | undefined): void;
}

/** A job while it runs, and its results. It goes on when this is closed. */
export function BulkProgress({ id, onClose: close }: Props) {
  const { query, busy, cancel, retry, undo, dialog } = useBulkJob(id);
  const { data: job, error } = query;
  const onClose = () => close(job);
  const title = job === undefined ? 'Results' : `${JOB_TITLES[job.act]} ${many(job.total)}`;
  return (
    <Modal opened size="lg" onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        {error !== null && <Problem error={error} onRetry={() => void query.refetch()} />}
        {job !== undefined && <Numbers job={job} />}
        {job !== undefined && job.items.length > 0 && <Failures job={job} />}
        <Group>
          {job?.state === 'running' && (
            <Button variant="default" loading={busy === 'cancel'} onClick={cancel}>
              Cancel the rest
            </Button>
          )}
          {job !== undefined && job.state !== 'running' && job.failed > 0 && (
            <Button loading={busy === 'retry'} onClick={retry}>
              Retry failed
            </Button>
          )}
          {job?.act === 'delete' && job.state !== 'running' && job.done > 0 && (
            <Button variant="default" loading={busy === 'undo'} onClick={undo}>
              Undo
            </Button>
          )}
          <Button variant="default" data-autofocus onClick={onClose}>
            Close
          </Button>
        </Group>
      </Stack>
      {dialog}
    </Modal>
  );
}

function Numbers({ job }: { job: BulkResults }) {
  const { state, total, waiting } = job;
  return (
    <div>
      <progress aria-label="Progress" max={total} value={total - waiting} style={{ width: '100%' }} />
      <Text size="md" role="status">
        {countsLine(job)}
        {state === 'cancelled' && ' · cancelled'}
      </Text>
      {state === 'running' && (
        <Text size="sm" className="dim">
          It goes on when you close this.
        </Text>
      )}
    </div>
  );
}

function Failures({ job }: { job: BulkResults }) {
  return (
    <>
      <DataTable label="Failed" columns={['Credential', 'What is wrong']}>
        {job.items.map(({ credential_id: id, name, code, detail }) => (
          <tr key={id}>
            <th scope="row">{name ?? 'Not visible to you'}</th>
            <td>{detail ?? code}</td>
          </tr>
        ))}
      </DataTable>
      {job.failed > job.items.length && <Text size="sm">And {job.failed - job.items.length} more.</Text>}
    </>
  );
}
