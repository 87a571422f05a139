import { Button, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { SeenCredential, StoredTestResult } from '../../client/contract.js';
import { deleteCredential, restoreCredential, testCredential } from '../../client/credentials.js';
import { toast } from '../../parts/toasts.js';
import { useAct } from '../../parts/useAct.js';
import { useRights } from '../rights.js';
import { LIST_KEY } from '../useCredentialList.js';

interface Props {
  credential: SeenCredential;
  onTested(result: StoredTestResult): void;
}

/** What the user may do with the credential, most frequent first. */
export function DetailActions({ credential, onTested }: Props) {
  const { id, name, status } = credential;
  const { busy, act } = useAct(['credential', id], [LIST_KEY]);
  const navigate = useNavigate();
  const may = useRights();
  const remove = () =>
    act('delete', async () => {
      await deleteCredential(id);
      toast(`${name} is deleted. It can be restored for 30 days.`, {
        action: { label: 'Undo', run: () => void act('restore', () => restoreCredential(id)) },
      });
      await navigate({ to: '/credentials', search: {} });
    });
  const test = () => act('test', async () => onTested(await testCredential(id)));
  const edit = () => void navigate({ to: '/credentials/$id/edit', params: { id } });
  return (
    <Group gap="sm">
      {may(credential, 'use') && (
        <Button loading={busy === 'test'} onClick={() => void test()}>
          Test
        </Button>
      )}
      {may(credential, 'edit') && status !== 'deleted' && (
        <Button variant="default" onClick={edit}>
          Edit
        </Button>
      )}
      {may(credential, 'delete') && (
        <Button variant="default" loading={busy === 'delete'} onClick={() => void remove()}>
          Delete
        </Button>
      )}
    </Group>
  );
}
