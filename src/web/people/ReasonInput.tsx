import { TextInput } from '@mantine/core';

/** For acts by which an admin reaches what is not shared with them. */
export function ReasonInput({ value, onChange }: { value: string; onChange(text: string): void }) {
  return (
    <TextInput
      label="Reason"
      description="Required if this opens credentials of others to you. It is in the audit, and the owners are notified."
      maxLength={120}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
