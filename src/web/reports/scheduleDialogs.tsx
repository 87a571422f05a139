import { Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReportSchedule } from '../client/contract.js';
import { changeSchedule, createSchedule, deleteSchedule } from '../client/reports.js';
import { FormDialog } from '../parts/FormDialog.js';

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const WEEKLY = '30 7 * * 1';

interface Props {
  /** Left out: a new one. */
  schedule?: ReportSchedule;
  onClose(): void;
}

export function ScheduleDialog({ schedule, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(schedule?.name ?? '');
  const [team, setTeam] = useState(schedule?.team ?? '');
  const [expression, setExpression] = useState(schedule?.expression ?? WEEKLY);
  const [timezone, setTimezone] = useState(schedule?.timezone ?? BROWSER_ZONE);
  const submit = async () => {
    const settings = { name: name.trim(), expression: expression.trim(), timezone: timezone.trim() };
    if (schedule === undefined) await createSchedule({ ...settings, team: team.trim() || null });
    else await changeSchedule(schedule.id, settings);
    void client.invalidateQueries({ queryKey: ['schedules'] });
  };
  const field = (label: string, description: string, value: string, set: (text: string) => void) => (
    <TextInput
      label={label}
      description={description}
      required={label !== 'Team'}
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
  const title = schedule === undefined ? 'Add a schedule' : `Edit ${schedule.name}`;
  return (
    <FormDialog
      title={title}
      submit={schedule === undefined ? 'Add' : 'Save'}
      {...{ onSubmit: submit, onClose }}
    >
      {field('Name', 'Such as Weekly health.', name, setName)}
      {schedule === undefined && field('Team', 'Empty: all credentials, for admins.', team, setTeam)}
      {field(
        'When',
        'Cron: minute, hour, day, month, weekday. 30 7 * * 1 is Monday at 7:30.',
        expression,
        setExpression,
      )}
      {field('Time zone', 'Such as Europe/Berlin.', timezone, setTimezone)}
    </FormDialog>
  );
}

export function DeleteSchedule({ schedule, onClose }: { schedule: ReportSchedule; onClose(): void }) {
  const client = useQueryClient();
  const submit = async () => {
    await deleteSchedule(schedule.id);
    void client.invalidateQueries({ queryKey: ['schedules'] });
  };
  return (
    <FormDialog title={`Delete ${schedule.name}`} submit="Delete" danger onSubmit={submit} onClose={onClose}>
      <Text size="md">No more reports are made by it. Its reports stay.</Text>
    </FormDialog>
  );
}
