import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewServiceAccount, ServiceAccount } from '../client/contract.js';
import { createServiceAccount, resetServiceAccount, revokeServiceAccount } from '../client/people.js';
import { FormDialog } from '../parts/FormDialog.js';
import { toast } from '../parts/toasts.js';
import { useSession } from '../session/SessionGate.js';
import { ReasonInput } from './ReasonInput.js';

const ROLES = ['engineer', 'observer'] as const;

interface Secretive {
  /** Gets what is shown once; it is in no cache. */
  onSecret(secret: NewServiceAccount): void;
  onClose(): void;
}

/** Asks the list of accounts again. */
function useAccountsChanged(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['service-accounts'] });
}

export function NewAccount({ onSecret, onClose }: Secretive) {
  const changed = useAccountsChanged();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [role, setRole] = useState<(typeof ROLES)[number]>('engineer');
  const [ends, setEnds] = useState('');
  const submit = async () => {
    const expires_at = ends === '' ? null : new Date(ends).toISOString();
    onSecret(
      await createServiceAccount({ name: name.trim(), description: description.trim(), role, expires_at }),
    );
    changed();
  };
  return (
    <FormDialog title="Create a service account" submit="Create" onSubmit={submit} onClose={onClose}>
      <TextInput
        label="Name"
        description="Such as deploy-agent."
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <NativeSelect
        label="Role"
        description="An observer sees and uses; an engineer also stores credentials."
        data={[...ROLES]}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as typeof role)}
      />
      <TextInput
        label="Ends"
        description="Empty: never."
        type="date"
        value={ends}
        onChange={(event) => setEnds(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

export function ResetAccount({ account, onSecret, onClose }: Secretive & { account: ServiceAccount }) {
  const { role } = useSession();
  const [reason, setReason] = useState('');
  const submit = async () => onSecret(await resetServiceAccount(account.id, reason.trim()));
  return (
    <FormDialog
      title={`New secret for ${account.name}`}
      submit="Create secret"
      danger
      {...{ onSubmit: submit, onClose }}
    >
      <Text size="md">
        The present secret ends at once. Programs that use it can't get tokens until they have the new one.
      </Text>
      {role === 'admin' && <ReasonInput value={reason} onChange={setReason} />}
    </FormDialog>
  );
}

export function RevokeAccount({ account, onClose }: { account: ServiceAccount; onClose(): void }) {
  const changed = useAccountsChanged();
  const submit = async () => {
    await revokeServiceAccount(account.id);
    toast(`Revoked ${account.name}.`);
    changed();
  };
  return (
    <FormDialog title={`Revoke ${account.name}`} submit="Revoke" danger onSubmit={submit} onClose={onClose}>
      <Text size="md">Its tokens are refused at once, and it gets no new ones. This can't be undone.</Text>
    </FormDialog>
  );
}
