import { Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { ListedCredential } from '../../client/contract.js';
import { listConsumers } from '../../client/credentialParts.js';
import { DataTable } from '../../parts/DataTable.js';
import { FormDialog } from '../../parts/FormDialog.js';
import { Moment } from '../../parts/Moment.js';
import type { DialogProps } from './bulkDialogs.js';
import { many } from './bulkWords.js';

const DAYS_30_MS = 30 * 86_400_000;
/** As many are asked for their consumers. */
const MOST_ASKED = 10;

/** Asks before many are deleted, and names who used them in the last 30 days. */
export function DeleteManyDialog({ count, items, onAct, onClose }: DialogProps) {
  const used = items.filter(
    ({ last_used_at: at }) => at !== null && Date.now() - Date.parse(at) < DAYS_30_MS,
  );
  return (
    <FormDialog
      danger
      title={`Delete ${many(count)}?`}
      submit="Delete"
      onSubmit={() => onAct({ act: 'delete' })}
      onClose={onClose}
    >
      <Text size="md">
        From now on nobody can read them. You can restore them for 30 days; then they are destroyed in Vault.
      </Text>
      <Used used={used} isAll={count === items.length} />
    </FormDialog>
  );
}

function Used({ used, isAll }: { used: readonly ListedCredential[]; isAll: boolean }) {
  const asked = useQueries({
    queries: used.slice(0, MOST_ASKED).map(({ id }) => ({
      queryKey: ['credential', id, 'consumers'],
      queryFn: ({ signal }: { signal: AbortSignal }) => listConsumers(id, { signal }),
    })),
  });
  const where = isAll ? 'of them' : 'of those that are loaded';
  if (used.length === 0) return <Text size="md">None {where} was used in the last 30 days.</Text>;
  return (
    <>
      <Text size="md" fw={500}>
        {used.length} {where} {used.length === 1 ? 'was' : 'were'} used in the last 30 days. Their consumers
        will fail:
      </Text>
      <DataTable label="Used in the last 30 days" columns={['Credential', 'Used by', 'Last']}>
        {used.slice(0, MOST_ASKED).map(({ id, name, last_used_at: at }, index) => (
          <tr key={id}>
            <th scope="row">{name}</th>
            <td>{asked[index]?.data?.items.map(({ used_by }) => used_by).join(', ') ?? '…'}</td>
            <td>
              <Moment at={at} />
            </td>
          </tr>
        ))}
      </DataTable>
      {used.length > MOST_ASKED && <Text size="sm">And {used.length - MOST_ASKED} more.</Text>}
    </>
  );
}
