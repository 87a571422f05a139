import { NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel } from '../client/contract.js';
import { changeChannel, createChannel } from '../client/notifications.js';
import { FormDialog } from '../parts/FormDialog.js';
import { type ChannelDraft, changeOf, createOf, draftOf, KINDS } from './channelDraft.js';
import { ScopeFields } from './ScopeFields.js';
import { TargetField } from './TargetField.js';

interface Props {
  /** Left out: a new one. */
  channel?: Channel;
  /** Gets a signing secret that the broker made, which is shown once. */
  onSecret(secret: string): void;
  onClose(): void;
}

/** Adds or edits a channel. */
export function ChannelDialog({ channel, onSecret, onClose }: Props) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(channel));
  const set = (change: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...change }));
  const submit = async () => {
    if (channel === undefined) {
      const { signing_secret } = await createChannel(createOf(draft));
      if (signing_secret !== null) onSecret(signing_secret);
    } else await changeChannel(channel.id, changeOf(draft));
    void client.invalidateQueries({ queryKey: ['channels'] });
  };
  return (
    <FormDialog
      title={channel === undefined ? 'Add a channel' : `Edit ${channel.name}`}
      submit={channel === undefined ? 'Add' : 'Save'}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {channel === undefined && (
        <NativeSelect
          label="Kind"
          data={[...KINDS]}
          value={draft.kind}
          onChange={(event) => set({ kind: event.currentTarget.value as ChannelDraft['kind'] })}
        />
      )}
      <TargetField draft={draft} isNew={channel === undefined} set={set} />
      <ScopeFields draft={draft} isNew={channel === undefined} set={set} />
    </FormDialog>
  );
}
