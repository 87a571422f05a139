import { Alert, Button, Group, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { SeenCredential } from '../../../client/contract.js';
import { destroyCredential, restoreCredential } from '../../../client/credentials.js';
import { Moment } from '../../../parts/Moment.js';
import { toast } from '../../../parts/toasts.js';
import { useAct } from '../../../parts/useAct.js';
import { useReason } from '../../reason/useReason.js';
import { useRights } from '../../rights.js';
import { LIST_KEY } from '../../useCredentialList.js';
import { DestroyDialog } from './DestroyDialog.js';

const WORDS = {
  title: 'Why do you restore it?',
  text: 'This credential is not yours, and others can read it again.',
  verb: 'Restore it',
};
const DAY_MS = 86_400_000;
const RESTORE_DAYS = 30;

/** Over the page of a deleted credential: until when it can be restored, and how to destroy it now. */
export function DeletedNotice({ credential }: { credential: SeenCredential }) {
  const { id, name, status, deleted_at } = credential;
  const [asks, setAsks] = useState(false);
  const { busy, act } = useAct(['credential', id], [LIST_KEY]);
  const { withReason, dialog } = useReason(WORDS);
  const may = useRights()(credential, 'delete');
  const navigate = useNavigate();
  if (status !== 'deleted' || deleted_at === null) return null;
  const until = new Date(Date.parse(deleted_at) + RESTORE_DAYS * DAY_MS).toISOString();
  const restore = () =>
    act('restore', async () => {
      if ((await withReason((reason) => restoreCredential(id, reason))) !== null)
        toast(`${name} is restored.`);
    });
  const destroy = () =>
    act('destroy', async () => {
      await destroyCredential(id);
      toast(`${name} is being destroyed. Its versions are removed from Vault within minutes.`);
      await navigate({ to: '/credentials', search: {} });
    });
  return (
    <Alert variant="default" title="Deleted">
      <Text size="md">
        Deleted <Moment at={deleted_at} />. It is destroyed in Vault <Moment at={until} />.
      </Text>
      {may && (
        <Group mt="sm">
          <Button variant="default" loading={busy === 'restore'} onClick={() => void restore()}>
            Restore
          </Button>
          <Button variant="default" onClick={() => setAsks(true)}>
            Destroy now
          </Button>
        </Group>
      )}
      {dialog}
      {asks && (
        <DestroyDialog
          name={name}
          busy={busy === 'destroy'}
          onClose={() => setAsks(false)}
          onDestroy={() => void destroy()}
        />
      )}
    </Alert>
  );
}
