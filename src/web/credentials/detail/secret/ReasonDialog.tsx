import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

interface Props {
  onClose(): void;
  onReason(reason: string): void;
}

/** Asks why an admin needs a value that is not shared with them. */
export function ReasonDialog({ onClose, onReason }: Props) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') onReason(reason.trim());
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={reason === ''}
      title="Why do you need this value?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="md">
            This credential is not shared with you. An admin can read it for a reason. The reason is in the
            audit, and the owner is notified.
          </Text>
          <TextInput
            label="Reason"
            required
            maxLength={120}
            data-autofocus
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit">Read the value</Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
