import { Button, Group, Menu, Text } from '@mantine/core';
import type { Channel } from '../client/contract.js';
import { changeChannel, retryChannel, testChannel } from '../client/notifications.js';
import { DataTable } from '../parts/DataTable.js';
import { Moment } from '../parts/Moment.js';
import { toast } from '../parts/toasts.js';
import { useAct } from '../parts/useAct.js';
import type { Dialog } from './Channels.js';

const COLUMNS = ['Name', 'Sends to', 'What', 'Last sent', 'Waiting', 'State', '-Actions'];

interface Props {
  items: readonly Channel[];
  onDialog(dialog: Dialog): void;
}

export function ChannelTable({ items, onDialog }: Props) {
  return (
    <DataTable label="Channels" columns={COLUMNS}>
      {items.map((channel) => (
        <tr key={channel.id}>
          <th scope="row">
            {channel.name}
            <Text size="sm" className="dim">
              {channel.recipient === null ? channel.kind : 'mailbox'}
            </Text>
          </th>
          <td>{channel.target}</td>
          <td>{scopeOf(channel)}</td>
          <td>
            <Moment at={channel.last_sent_at} none="never" />
          </td>
          <td>{channel.pending}</td>
          <td>{stateOf(channel)}</td>
          <td>{channel.recipient === null && <Actions channel={channel} onDialog={onDialog} />}</td>
        </tr>
      ))}
    </DataTable>
  );
}

/** Which notices it sends, in a few words. */
function scopeOf({ events, min_severity, kinds, labels, team, quiet_hours }: Channel): string {
  const what = events
    ? 'changes of credentials'
    : min_severity === 'info'
      ? 'all notices'
      : `${min_severity} or worse`;
  return [
    what,
    kinds.length > 2 ? `${kinds.length} kinds` : kinds.map((kind) => kind.replaceAll('_', ' ')).join(', '),
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
    team !== null && `team ${team}`,
    quiet_hours !== null && `not ${quiet_hours.from} to ${quiet_hours.to}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function stateOf({ paused, dead, last_code }: Channel): string {
  if (paused) return '‖ Paused';
  if (dead > 0) return `✕ ${dead} given up${last_code === null ? '' : `: ${last_code}`}`;
  return last_code === null ? '● Works' : `⚠ Fails: ${last_code}`;
}

function Actions({ channel, onDialog }: { channel: Channel; onDialog: Props['onDialog'] }) {
  const { id, name, paused, dead } = channel;
  const { busy, act } = useAct(['channels']);
  const test = () =>
    act('test', async () => {
      const { ok, code } = await testChannel(id);
      if (ok) toast(`The test message to ${name} was accepted.`);
      else toast(`The test message to ${name} failed: ${code}. Check the address.`, { tone: 'failed' });
    });
  const retry = () =>
    act('more', async () => toast(`${(await retryChannel(id)).revived} notices are tried again.`));
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        loading={busy === 'test'}
        aria-label={`Test ${name}`}
        onClick={() => void test()}
      >
        Test
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy === 'more'}
            aria-label={`More for ${name}`}
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onDialog({ kind: 'edit', channel })}>Edit</Menu.Item>
          <Menu.Item onClick={() => onDialog({ kind: 'deliveries', channel })}>Show deliveries</Menu.Item>
          <Menu.Item onClick={() => void act('more', () => changeChannel(id, { paused: !paused }))}>
            {paused ? 'Resume' : 'Pause'}
          </Menu.Item>
          {dead > 0 && <Menu.Item onClick={() => void retry()}>Retry what was given up</Menu.Item>}
          <Menu.Item onClick={() => onDialog({ kind: 'delete', channel })}>Delete</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
