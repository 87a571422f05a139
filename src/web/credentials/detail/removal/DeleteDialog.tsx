import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { SeenCredential } from '../../../client/contract.js';
import { listConsumers } from '../../../client/credentialParts.js';
import { DataTable } from '../../../parts/DataTable.js';
import { Moment } from '../../../parts/Moment.js';
import { Problem } from '../../../parts/Problem.js';

interface Props {
  credential: SeenCredential;
  busy: boolean;
  onClose(): void;
  onDelete(): void;
}

/** Asks before a credential is deleted, and names those who used it in the last 30 days. */
export function DeleteDialog({ credential, busy, onClose, onDelete }: Props) {
  const { id, name } = credential;
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id, 'consumers'],
    queryFn: ({ signal }) => listConsumers(id, { signal }),
    staleTime: 0,
  });
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={`Delete ${name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="md">
          From now on nobody can read it. You can restore it for 30 days; then it is destroyed in Vault.
        </Text>
        {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
        {error === null && data === undefined && <Skeleton height={60} />}
        {data !== undefined && <Consumers items={data.items} />}
        <Group>
          <Button color="red.9" loading={busy} onClick={onDelete}>
            Delete
          </Button>
          <Button variant="default" data-autofocus onClick={onClose}>
            Keep it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type Consumer = Awaited<ReturnType<typeof listConsumers>>['items'][number];
const MOST_SHOWN = 8;

function Consumers({ items }: { items: readonly Consumer[] }) {
  if (items.length === 0) return <Text size="md">Nobody used it in the last 30 days.</Text>;
  return (
    <>
      <Text size="md" fw={500}>
        {items.length === 1 ? 'One consumer' : `${items.length} consumers`} used it in the last 30 days, and
        will fail:
      </Text>
      <DataTable label="Consumers of the last 30 days" columns={['Used by', 'Last', 'How often']}>
        {items.slice(0, MOST_SHOWN).map(({ used_by, caller, last_used_at, uses }) => (
          <tr key={`${used_by} ${caller}`}>
            <td>{used_by}</td>
            <td>
              <Moment at={last_used_at} />
            </td>
            <td>{uses === 0 ? 'reports only' : uses === 1 ? 'once' : `${uses} times`}</td>
          </tr>
        ))}
      </DataTable>
      {items.length > MOST_SHOWN && (
        <Text size="sm">And {items.length - MOST_SHOWN} more; the tab Usage lists them.</Text>
      )}
    </>
  );
}
