import { Button, Group, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Notice } from '../client/contract.js';
import { acknowledgeNotice, listNotices, snoozeNotice } from '../client/notifications.js';
import { DataTable } from '../parts/DataTable.js';
import { Moment } from '../parts/Moment.js';
import { Pages } from '../parts/Pages.js';
import { useAct } from '../parts/useAct.js';
import { Severity } from './Severity.js';

const KEY = 'notices';
const PAGE = 50;
const DAY_MS = 86_400_000;
const SNOOZES: readonly (readonly [string, number])[] = [
  ['For a day', 1],
  ['For a week', 7],
  ['For 30 days', 30],
];

/** The notices of this person, newest first. */
export function Notices({ onlyOpen }: { onlyOpen: boolean }) {
  const empty = onlyOpen
    ? 'Nothing is open. Notices that you acknowledged are under All.'
    : 'There are no notices yet.';
  return (
    <Pages
      queryKey={[KEY, onlyOpen]}
      load={(page, options) =>
        listNotices({ limit: PAGE, ...(onlyOpen && { open: true }), ...page }, options)
      }
      empty={empty}
    >
      {(items) => (
        <DataTable label="Notices" columns={['Severity', 'Notice', 'Since', 'State', '-Actions']}>
          {items.map((notice) => (
            <Row key={notice.id} notice={notice} />
          ))}
        </DataTable>
      )}
    </Pages>
  );
}

function Row({ notice }: { notice: Notice }) {
  const { severity, text, credential_id: id, created_at, open } = notice;
  return (
    <tr>
      <td>
        <Severity of={severity} />
      </td>
      <td>
        {id === null ? (
          text
        ) : (
          <Link to="/credentials/$id" params={{ id }}>
            {text}
          </Link>
        )}
      </td>
      <td>
        <Moment at={created_at} />
      </td>
      <td>{stateOf(notice)}</td>
      <td>{open && <Answers notice={notice} />}</td>
    </tr>
  );
}

function stateOf({ open, acknowledged_by, snoozed_until }: Notice) {
  if (acknowledged_by !== null) return 'Acknowledged';
  if (snoozed_until !== null && Date.parse(snoozed_until) > Date.now())
    return (
      <>
        Snoozed, ends <Moment at={snoozed_until} />
      </>
    );
  return open ? 'Open' : 'Over';
}

function Answers({ notice: { id, text } }: { notice: Notice }) {
  const { busy, act } = useAct([KEY]);
  const snooze = (days: number) => snoozeNotice(id, new Date(Date.now() + days * DAY_MS));
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        loading={busy === 'acknowledge'}
        aria-label={`Acknowledge: ${text}`}
        onClick={() => void act('acknowledge', () => acknowledgeNotice(id))}
      >
        Acknowledge
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy === 'snooze'}
            aria-label={`Snooze: ${text}`}
          >
            Snooze
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {SNOOZES.map(([label, days]) => (
            <Menu.Item key={days} onClick={() => void act('snooze', () => snooze(days))}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
