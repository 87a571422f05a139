import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

interface Props {
  name: string;
  busy: boolean;
  onClose(): void;
  onDestroy(): void;
}

/** For good, so the name has to be typed. */
export function DestroyDialog({ name, busy, onClose, onDestroy }: Props) {
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === name) onDestroy();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={typed === ''}
      title={`Destroy ${name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="md">All its versions are removed from Vault within minutes. This can’t be undone.</Text>
          <TextInput
            label={`Type “${name}” to destroy it`}
            data-autofocus
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" color="red.9" loading={busy} disabled={typed !== name}>
              Destroy
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
