import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { CLEARED_AFTER_S, CLIPBOARD_SENTENCE, copySecret } from './clipboard.js';
import { toast } from './toasts.js';

interface Props {
  title: string;
  /** What to do with it. */
  text: string;
  /** Names and values; they are in no cache and leave with the dialog. */
  values: readonly { label: string; value: string }[];
  onClose(): void;
}

/** Shows what the broker answers only once. It closes by its button alone. */
export function OnceDialog({ title, text, values, onClose }: Props) {
  const copy = (value: string) =>
    void copySecret(value).then(
      () => toast(`Copied. Clears in ${CLEARED_AFTER_S} s.`),
      () => toast(CLIPBOARD_SENTENCE, { tone: 'failed' }),
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack gap="md">
        <Text size="md">{text}</Text>
        {values.map(({ label, value }) => (
          <Group key={label} justify="space-between" wrap="nowrap" align="flex-end">
            <div>
              <Text size="sm">{label}</Text>
              <Code className="mono" style={{ overflowWrap: 'anywhere' }}>
                {value}
              </Code>
            </div>
            <Button variant="default" size="compact-sm" onClick={() => copy(value)}>
              Copy <span className="hidden">{label}</span>
            </Button>
          </Group>
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have stored it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
