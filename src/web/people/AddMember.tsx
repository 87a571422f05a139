import { Checkbox, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addMember } from '../client/people.js';
import { FormDialog } from '../parts/FormDialog.js';
import { useSession } from '../session/SessionGate.js';
import { ReasonInput } from './ReasonInput.js';

/** A name without an issuer is one of the broker's own people. */
const principalOf = (text: string): string => (text.includes(':') ? text : `local:${text}`);

export function AddMember({ team, onClose }: { team: string; onClose(): void }) {
  const client = useQueryClient();
  const { role } = useSession();
  const [name, setName] = useState('');
  const [lead, setLead] = useState(false);
  const [reason, setReason] = useState('');
  const submit = async () => {
    await addMember(team, principalOf(name.trim()), lead, reason.trim());
    void client.invalidateQueries({ queryKey: ['teams'] });
  };
  return (
    <FormDialog title={`Add a member to ${team}`} submit="Add" onSubmit={submit} onClose={onClose}>
      <TextInput
        label="Member"
        description="A user name, or a principal such as glassdome:7 or sa:<id>."
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        label="Leads the team"
        description="Leads change members and what is shared."
        checked={lead}
        onChange={(event) => setLead(event.currentTarget.checked)}
      />
      {role === 'admin' && <ReasonInput value={reason} onChange={setReason} />}
    </FormDialog>
  );
}
