import { Checkbox, NativeSelect, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ROLES } from '../../domain/access/caller.js';
import type { Person, Role } from '../client/contract.js';
import { createPerson, resetPassword, updatePerson } from '../client/people.js';
import { FormDialog } from '../parts/FormDialog.js';
import { toast } from '../parts/toasts.js';
import { ReasonInput } from './ReasonInput.js';

interface Secretive {
  /** Gets what is shown once; it is in no cache. */
  onPassword(oneTime: { username: string; password: string }): void;
  onClose(): void;
}

/** Asks the list of people again. */
function usePeopleChanged(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['people'] });
}

function RoleInput({ value, onChange }: { value: Role; onChange(role: Role): void }) {
  return (
    <NativeSelect
      label="Role"
      data={[...ROLES]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as Role)}
    />
  );
}

function MailInput({ value, onChange }: { value: string; onChange(text: string): void }) {
  return (
    <TextInput
      label="Mail address"
      description="For notices. Empty: no mail."
      type="email"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function NewPersonDialog({ onPassword, onClose }: Secretive) {
  const changed = usePeopleChanged();
  const [username, setUsername] = useState('');
  const [role, setRole] = useState<Role>('engineer');
  const [email, setEmail] = useState('');
  const submit = async () => {
    const made = await createPerson({ username: username.trim(), role, email: email.trim() || null });
    onPassword({ username: made.username, password: made.one_time_password });
    changed();
  };
  return (
    <FormDialog title="Create a user" submit="Create" onSubmit={submit} onClose={onClose}>
      <TextInput
        label="User name"
        required
        data-autofocus
        autoComplete="off"
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <RoleInput value={role} onChange={setRole} />
      <MailInput value={email} onChange={setEmail} />
    </FormDialog>
  );
}

export function EditPerson({ person, onClose }: { person: Person; onClose(): void }) {
  const changed = usePeopleChanged();
  const [role, setRole] = useState(person.role);
  const [email, setEmail] = useState(person.email ?? '');
  const submit = async () => {
    const mail = email.trim() || null;
    await updatePerson(person.username, {
      ...(role !== person.role && { role }),
      ...(mail !== person.email && { email: mail }),
    });
    changed();
  };
  return (
    <FormDialog title={`Edit ${person.name}`} submit="Save" onSubmit={submit} onClose={onClose}>
      <RoleInput value={role} onChange={setRole} />
      <MailInput value={email} onChange={setEmail} />
    </FormDialog>
  );
}

export function ResetPassword({ person, onPassword, onClose }: Secretive & { person: Person }) {
  const changed = usePeopleChanged();
  const [reason, setReason] = useState('');
  const { username, name } = person;
  const submit = async () => {
    const { one_time_password } = await resetPassword(username, reason.trim());
    onPassword({ username, password: one_time_password });
    changed();
  };
  return (
    <FormDialog
      title={`New password for ${name}`}
      submit="Create password"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="md">Their present password and all their logins end at once.</Text>
      <ReasonInput value={reason} onChange={setReason} />
    </FormDialog>
  );
}

export function DisablePerson({ person, onClose }: { person: Person; onClose(): void }) {
  const changed = usePeopleChanged();
  const [keep, setKeep] = useState(false);
  const submit = async () => {
    await updatePerson(person.username, { disabled: true, ...(keep && { keep_service_accounts: true }) });
    toast(`Disabled ${person.name}.`);
    changed();
  };
  return (
    <FormDialog title={`Disable ${person.name}`} submit="Disable" danger onSubmit={submit} onClose={onClose}>
      <Text size="md">They can't log in, and their tokens are refused at once. What they own stays.</Text>
      <Checkbox
        label="Keep their service accounts enabled"
        description="Otherwise programs that use these accounts stop, too."
        checked={keep}
        onChange={(event) => setKeep(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
