import { NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { makeReport } from '../client/reports.js';
import { FormDialog } from '../parts/FormDialog.js';

const DAY_MS = 86_400_000;
const PERIODS = [7, 30, 90];

/** Makes a report now, and opens it. */
export function NewReport({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [team, setTeam] = useState('');
  const [days, setDays] = useState(PERIODS[0] ?? 7);
  const submit = async () => {
    const from = new Date(Date.now() - days * DAY_MS).toISOString();
    const { id } = await makeReport({ team: team.trim() || null, from });
    void client.invalidateQueries({ queryKey: ['reports'] });
    void navigate({ to: '/reports/$id', params: { id } });
  };
  return (
    <FormDialog title="Make a report" submit="Make" onSubmit={submit} onClose={onClose}>
      <NativeSelect
        label="Period"
        data={PERIODS.map((count) => ({ value: String(count), label: `The last ${count} days` }))}
        value={String(days)}
        onChange={(event) => setDays(Number(event.currentTarget.value))}
      />
      <TextInput
        label="Team"
        description="Empty: all credentials, for admins."
        value={team}
        onChange={(event) => setTeam(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
