import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel } from '../client/contract.js';
import { listChannels } from '../client/notifications.js';
import { Loaded } from '../parts/Loaded.js';
import { OnceDialog } from '../parts/OnceDialog.js';
import { ChannelDialog } from './ChannelDialog.js';
import { ChannelTable } from './ChannelTable.js';
import { DeleteChannel } from './DeleteChannel.js';
import { Deliveries } from './Deliveries.js';

export type Dialog = { kind: 'new' } | { kind: 'edit' | 'delete' | 'deliveries'; channel: Channel };

/** Where notices go, for admins. */
export function Channels() {
  const query = useQuery({ queryKey: ['channels'], queryFn: ({ signal }) => listChannels({ signal }) });
  const [dialog, setDialog] = useState<Dialog>();
  const [signing, setSigning] = useState<string>();
  const close = () => setDialog(undefined);
  return (
    <Stack gap="md">
      <Group>
        <Button onClick={() => setDialog({ kind: 'new' })}>Add channel</Button>
      </Group>
      <Loaded
        query={query}
        empty={({ items }) =>
          items.length === 0
            ? 'No channel yet: notices are on this page only. Add mail, Slack, Teams or a webhook.'
            : undefined
        }
      >
        {({ items }) => <ChannelTable items={items} onDialog={setDialog} />}
      </Loaded>
      {dialog?.kind === 'new' && <ChannelDialog onSecret={setSigning} onClose={close} />}
      {dialog?.kind === 'edit' && (
        <ChannelDialog channel={dialog.channel} onSecret={setSigning} onClose={close} />
      )}
      {dialog?.kind === 'delete' && <DeleteChannel channel={dialog.channel} onClose={close} />}
      {dialog?.kind === 'deliveries' && <Deliveries channel={dialog.channel} onClose={close} />}
      {signing !== undefined && (
        <OnceDialog
          title="Signing secret"
          text="The receiver checks with it that a message is from the broker. It is not shown again."
          values={[{ label: 'Signing secret', value: signing }]}
          onClose={() => setSigning(undefined)}
        />
      )}
      <Text size="sm" className="dim">
        A personal mailbox belongs to its user, and the broker keeps it.
      </Text>
    </Stack>
  );
}
