import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

/** What the reason is for. */
export interface ReasonWords {
  title: string;
  /** A sentence that ends before "The reason is in the audit …". */
  text: string;
  verb: string;
}

interface Props {
  words: ReasonWords;
  onClose(): void;
  onReason(reason: string): void;
}

/** Asks an admin why they open what is not shared with them. */
export function ReasonDialog({ words, onClose, onReason }: Props) {
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
      title={words.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="md">{words.text} The reason is in the audit, and the owner is notified.</Text>
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
            <Button type="submit">{words.verb}</Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
