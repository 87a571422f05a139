import { Checkbox, Group, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { NOTICE_KINDS, type NoticeKind, SEVERITIES, type Severity } from '../../domain/notices/notice.js';
import type { ChannelDraft } from './channelDraft.js';

interface Props {
  draft: ChannelDraft;
  isNew: boolean;
  set(change: Partial<ChannelDraft>): void;
}

const wordOf = (kind: string): string => kind.replaceAll('_', ' ');

/** What it sends, and when. Changes of credentials are filtered by labels alone. */
export function ScopeFields({ draft, isNew, set }: Props) {
  return (
    <>
      {draft.kind === 'webhook' && isNew && (
        <Checkbox
          label="Send changes of credentials, not notices"
          description="For programs that reload when a credential changes."
          checked={draft.events}
          onChange={(event) => set({ events: event.currentTarget.checked })}
        />
      )}
      {!draft.events && <NoticeFields draft={draft} set={set} />}
      <TextInput
        label="Labels"
        description="Only credentials with these labels, such as environment=prod. Empty: all."
        value={draft.labels}
        onChange={(event) => set({ labels: event.currentTarget.value })}
      />
    </>
  );
}

function NoticeFields({ draft, set }: Pick<Props, 'draft' | 'set'>) {
  return (
    <>
      <NativeSelect
        label="Least severity"
        data={[...SEVERITIES]}
        value={draft.min_severity}
        onChange={(event) => set({ min_severity: event.currentTarget.value as Severity })}
      />
      <MultiSelect
        label="Kinds"
        description="Empty: all."
        data={NOTICE_KINDS.map((kind) => ({ value: kind, label: wordOf(kind) }))}
        value={[...draft.kinds]}
        onChange={(kinds) => set({ kinds: kinds as NoticeKind[] })}
        searchable
        clearable
      />
      <TextInput
        label="Team"
        description="Only credentials of this team. Empty: all."
        value={draft.team}
        onChange={(event) => set({ team: event.currentTarget.value })}
      />
      <QuietHours draft={draft} set={set} />
    </>
  );
}

function QuietHours({ draft, set }: Pick<Props, 'draft' | 'set'>) {
  return (
    <Group grow>
      <TextInput
        label="Quiet from"
        type="time"
        value={draft.from}
        onChange={(event) => set({ from: event.currentTarget.value })}
      />
      <TextInput
        label="Quiet until"
        type="time"
        value={draft.until}
        onChange={(event) => set({ until: event.currentTarget.value })}
      />
    </Group>
  );
}
