import { Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReportSchedule } from '../client/contract.js';
import { changeSchedule, listSchedules } from '../client/reports.js';
import { DataTable } from '../parts/DataTable.js';
import { Loaded } from '../parts/Loaded.js';
import { Moment } from '../parts/Moment.js';
import { useAct } from '../parts/useAct.js';
import { DeleteSchedule, ScheduleDialog } from './scheduleDialogs.js';

type Dialog = { kind: 'new' } | { kind: 'edit' | 'delete'; schedule: ReportSchedule };

/** When reports are made without anybody asking. */
export function Schedules() {
  const query = useQuery({ queryKey: ['schedules'], queryFn: ({ signal }) => listSchedules({ signal }) });
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  return (
    <Stack gap="md">
      <Loaded query={query} empty={({ items }) => (items.length === 0 ? 'There is no schedule.' : undefined)}>
        {({ items }) => (
          <DataTable label="Schedules" columns={['Name', 'About', 'When', 'Next', 'State', '-Actions']}>
            {items.map((schedule) => (
              <Row key={schedule.id} schedule={schedule} onDialog={setDialog} />
            ))}
          </DataTable>
        )}
      </Loaded>
      <Group>
        <Button variant="default" onClick={() => setDialog({ kind: 'new' })}>
          Add schedule
        </Button>
      </Group>
      {dialog?.kind === 'new' && <ScheduleDialog onClose={close} />}
      {dialog?.kind === 'edit' && <ScheduleDialog schedule={dialog.schedule} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteSchedule schedule={dialog.schedule} onClose={close} />}
    </Stack>
  );
}

function Row({ schedule, onDialog }: { schedule: ReportSchedule; onDialog(dialog: Dialog): void }) {
  const { name, team, expression, timezone, next_due_at, enabled, from_environment } = schedule;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{team === null ? 'All credentials' : `Team ${team}`}</td>
      <td>
        <span className="mono">{expression}</span> {timezone}
      </td>
      <td>
        <Moment at={next_due_at} />
      </td>
      <td>{enabled ? '● Active' : '‖ Off'}</td>
      <td>
        {from_environment ? 'Set by REPORT_SCHEDULE' : <Actions schedule={schedule} onDialog={onDialog} />}
      </td>
    </tr>
  );
}

function Actions({ schedule, onDialog }: { schedule: ReportSchedule; onDialog(dialog: Dialog): void }) {
  const { id, name, enabled } = schedule;
  const { busy, act } = useAct(['schedules']);
  const button = (label: string, onClick: () => void) => (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${label} ${name}`}
      loading={busy === label}
      onClick={onClick}
    >
      {label}
    </Button>
  );
  const turn = enabled ? 'Pause' : 'Resume';
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {button('Edit', () => onDialog({ kind: 'edit', schedule }))}
      {button(turn, () => void act(turn, () => changeSchedule(id, { enabled: !enabled })))}
      {button('Delete', () => onDialog({ kind: 'delete', schedule }))}
    </Group>
  );
}
