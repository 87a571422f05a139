import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ErrorLine } from './ErrorLine.js';
import { sentenceOf } from './Problem.js';

interface Props {
  title: string;
  /** The verb of its button. */
  submit: string;
  /** Red for what can't be undone. */
  danger?: boolean;
  /** The dialog closes when it resolves, and says why when it rejects. */
  onSubmit(): Promise<unknown>;
  onClose(): void;
  children: ReactNode;
}

/** A small form over the page. A click beside it does not close it, so that nothing typed is lost. */
export function FormDialog({ title, submit, danger = false, onSubmit, onClose, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onSubmit();
      onClose();
    } catch (caught) {
      setError(sentenceOf(caught));
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={send} aria-label={title}>
        <Stack gap="md">
          {children}
          <ErrorLine text={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} {...(danger && { color: 'red.9' })}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
