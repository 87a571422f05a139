import { Button, Group, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useKeys } from '../../app/keys.js';
import type { SeenCredential, StoredTestResult } from '../../client/contract.js';
import { useRights } from '../rights.js';
import { DeleteDialog } from './removal/DeleteDialog.js';
import { useDetailActs } from './useDetailActs.js';

interface Props {
  credential: SeenCredential;
  onTested(result: StoredTestResult): void;
}

/** What the user may do with the credential, most frequent first. Of a deleted one, `DeletedNotice` has the rest. */
export function DetailActions({ credential, onTested }: Props) {
  const { status } = credential;
  const may = useRights();
  const { busy, test, remove, setDisabled, dialog } = useDetailActs(credential, onTested);
  const [asks, setAsks] = useState(false);
  const isLive = status === 'active' || status === 'pending' || status === 'disabled';
  const mayTest = isLive && may(credential, 'use');
  useKeys(mayTest ? [{ keys: 't', label: 'Test this credential', run: () => void test() }] : []);
  return (
    <Group gap="sm">
      {mayTest && (
        <Button loading={busy === 'test'} onClick={() => void test()}>
          Test
        </Button>
      )}
      {isLive && may(credential, 'edit') && (
        <>
          <Ways id={credential.id} />
          <More
            isDisabled={status === 'disabled'}
            onToggle={() => void setDisabled(status !== 'disabled')}
            onDelete={() => setAsks(true)}
          />
        </>
      )}
      {asks && (
        <DeleteDialog
          credential={credential}
          busy={busy === 'delete'}
          onClose={() => setAsks(false)}
          onDelete={() => void remove()}
        />
      )}
      {dialog}
    </Group>
  );
}

/** The ways to what is done on other pages. */
function Ways({ id }: { id: string }) {
  const navigate = useNavigate();
  const edit = () => void navigate({ to: '/credentials/$id/edit', params: { id } });
  const rotate = () => void navigate({ to: '/credentials/$id/rotate', params: { id } });
  const share = () => void navigate({ to: '/credentials/$id', params: { id }, search: { tab: 'access' } });
  useKeys([
    { keys: 'e', label: 'Edit this credential', run: edit },
    { keys: 'r', label: 'Rotate this credential', run: rotate },
  ]);
  return (
    <>
      <Button variant="default" onClick={edit}>
        Edit
      </Button>
      <Button variant="default" onClick={rotate}>
        Rotate
      </Button>
      <Button variant="default" onClick={share}>
        Share
      </Button>
    </>
  );
}

interface MoreProps {
  isDisabled: boolean;
  onToggle(): void;
  onDelete(): void;
}

function More({ isDisabled, onToggle, onDelete }: MoreProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" px="sm" aria-label="More actions">
          ⋯
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onToggle}>{isDisabled ? 'Enable' : 'Disable'}</Menu.Item>
        <Menu.Item color="red" onClick={onDelete}>
          Delete…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
