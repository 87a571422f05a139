import { PasswordInput, TextInput } from '@mantine/core';
import type { ChannelDraft } from './channelDraft.js';

interface Props {
  draft: ChannelDraft;
  isNew: boolean;
  set(change: Partial<ChannelDraft>): void;
}

/** Where it sends. The URL of a webhook is as good as a password. */
export function TargetField({ draft, isNew, set }: Props) {
  if (draft.kind === 'mail')
    return (
      <TextInput
        label="Recipients"
        description="Mail addresses, with commas between them."
        required
        value={draft.to}
        onChange={(event) => set({ to: event.currentTarget.value })}
      />
    );
  return (
    <PasswordInput
      label="URL"
      description={isNew ? 'It is stored sealed, and only its host is shown.' : 'Empty: unchanged.'}
      required={isNew}
      autoComplete="off"
      value={draft.url}
      onChange={(event) => set({ url: event.currentTarget.value })}
    />
  );
}
