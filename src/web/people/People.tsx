import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Person } from '../client/contract.js';
import { listPeople, updatePerson } from '../client/people.js';
import { DataTable } from '../parts/DataTable.js';
import { Loaded } from '../parts/Loaded.js';
import { Moment } from '../parts/Moment.js';
import { OnceDialog } from '../parts/OnceDialog.js';
import { useAct } from '../parts/useAct.js';
import { DisablePerson, EditPerson, NewPersonDialog, ResetPassword } from './personDialogs.js';

type Dialog = { kind: 'new' } | { kind: 'edit' | 'reset' | 'disable'; person: Person };
interface OneTime {
  username: string;
  password: string;
}

/** The people who log in here, for admins. */
export function People() {
  const query = useQuery({ queryKey: ['people'], queryFn: ({ signal }) => listPeople({ signal }) });
  const [dialog, setDialog] = useState<Dialog>();
  const [oneTime, setOneTime] = useState<OneTime>();
  const close = () => setDialog(undefined);
  const person = dialog === undefined || dialog.kind === 'new' ? undefined : dialog.person;
  return (
    <Stack gap="md">
      <Group>
        <Button onClick={() => setDialog({ kind: 'new' })}>Create user</Button>
      </Group>
      <Loaded query={query}>{({ items }) => <PeopleTable items={items} onDialog={setDialog} />}</Loaded>
      {dialog?.kind === 'new' && <NewPersonDialog onPassword={setOneTime} onClose={close} />}
      {person !== undefined && dialog?.kind === 'edit' && <EditPerson person={person} onClose={close} />}
      {person !== undefined && dialog?.kind === 'reset' && (
        <ResetPassword person={person} onPassword={setOneTime} onClose={close} />
      )}
      {person !== undefined && dialog?.kind === 'disable' && (
        <DisablePerson person={person} onClose={close} />
      )}
      {oneTime !== undefined && (
        <OnceDialog
          title={`One-time password of ${oneTime.username}`}
          text="Give it to them in a safe way: it is not shown again. They set a password of their own when they log in."
          values={[{ label: 'One-time password', value: oneTime.password }]}
          onClose={() => setOneTime(undefined)}
        />
      )}
    </Stack>
  );
}

function PeopleTable({ items, onDialog }: { items: readonly Person[]; onDialog(dialog: Dialog): void }) {
  return (
    <DataTable label="People" columns={['Name', 'Role', 'Logs in with', 'Last login', 'State', '-Actions']}>
      {items.map((person) => (
        <tr key={person.principal}>
          <th scope="row">
            {person.name}
            {person.email !== null && (
              <Text size="sm" className="dim">
                {person.email}
              </Text>
            )}
          </th>
          <td>{person.role}</td>
          <td>{person.issuer === 'local' ? 'Password' : person.issuer}</td>
          <td>
            <Moment at={person.last_login_at} none="never" />
          </td>
          <td>
            {person.disabled ? '‖ Disabled' : '● Active'}
            {person.must_change_password && (
              <Text size="sm" className="dim">
                One-time password
              </Text>
            )}
          </td>
          <td>
            <PersonActions person={person} onDialog={onDialog} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function PersonActions({ person, onDialog }: { person: Person; onDialog(dialog: Dialog): void }) {
  const { busy, act } = useAct(['people']);
  const { username, name, disabled, issuer } = person;
  const button = (label: string, aria: string, onClick: () => void) => (
    <Button size="compact-sm" variant="default" aria-label={aria} loading={busy === label} onClick={onClick}>
      {label}
    </Button>
  );
  const enable = () => void act('Enable', () => updatePerson(username, { disabled: false }));
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {button('Edit', `Edit ${name}`, () => onDialog({ kind: 'edit', person }))}
      {issuer === 'local' &&
        button('New password', `New password for ${name}`, () => onDialog({ kind: 'reset', person }))}
      {disabled
        ? button('Enable', `Enable ${name}`, enable)
        : button('Disable', `Disable ${name}`, () => onDialog({ kind: 'disable', person }))}
    </Group>
  );
}
