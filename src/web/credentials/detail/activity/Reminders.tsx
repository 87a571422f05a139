import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SeenCredential } from '../../../client/contract.js';
import { updateCredential } from '../../../client/credentials.js';
import { useAct } from '../../../parts/useAct.js';
import { useRights } from '../../rights.js';
import { LIST_KEY } from '../../useCredentialList.js';
import { type Choice, linesOf, withDays, without } from './reminderLines.js';

/** When the owner is reminded; who may edit the credential adds and removes reminders. */
export function Reminders({ credential }: { credential: SeenCredential }) {
  const { id, reminders } = credential;
  const { busy, act } = useAct(['credential', id], [LIST_KEY]);
  const mayEdit = useRights()(credential, 'edit');
  const store = (name: string, next: Choice) =>
    act(name, () => updateCredential(id, { reminders: next }, { revision: credential.revision }));
  const lines = linesOf(reminders);
  return (
    <Stack gap="sm">
      {lines.length === 0 && <Text size="md">As set for the broker.</Text>}
      {lines.map((line) => (
        <Group key={line.text} gap="sm">
          <Text size="md">{line.text}</Text>
          {mayEdit && (
            <Button
              size="compact-sm"
              variant="default"
              loading={busy === line.text}
              aria-label={`Remove ${line.text}`}
              onClick={() => void store(line.text, without(reminders, line))}
            >
              Remove
            </Button>
          )}
        </Group>
      ))}
      {mayEdit && (
        <>
          <AddReminder busy={busy === 'add'} onAdd={(days) => store('add', withDays(reminders, days))} />
          {reminders?.muted !== true && (
            <Button
              variant="default"
              style={{ alignSelf: 'start' }}
              loading={busy === 'mute'}
              onClick={() => void store('mute', { ...reminders, muted: true })}
            >
              Send no reminders
            </Button>
          )}
        </>
      )}
    </Stack>
  );
}

function AddReminder({ busy, onAdd }: { busy: boolean; onAdd(days: number): Promise<boolean> }) {
  const [days, setDays] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await onAdd(Number(days))) setDays('');
  };
  return (
    <form onSubmit={submit}>
      <Group gap="sm" align="end">
        <TextInput
          label="Days before the end"
          inputMode="numeric"
          autoComplete="off"
          w={160}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={busy} disabled={!/^\d{1,4}$/.test(days)}>
          Add
        </Button>
      </Group>
    </form>
  );
}
