import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { Channel } from '../client/contract.js';
import { deleteChannel } from '../client/notifications.js';
import { FormDialog } from '../parts/FormDialog.js';

export function DeleteChannel({ channel, onClose }: { channel: Channel; onClose(): void }) {
  const client = useQueryClient();
  const submit = async () => {
    await deleteChannel(channel.id);
    void client.invalidateQueries({ queryKey: ['channels'] });
  };
  return (
    <FormDialog title={`Delete ${channel.name}`} submit="Delete" danger onSubmit={submit} onClose={onClose}>
      <Text size="md">
        {channel.pending} notices that wait for it are not sent. They stay on the page of their recipients.
      </Text>
    </FormDialog>
  );
}
