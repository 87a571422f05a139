import { CHANNEL_KINDS, type ChannelKind } from '../../domain/notices/channel.js';
import type { NoticeKind, Severity } from '../../domain/notices/notice.js';
import type { ChangeChannel, Channel, CreateChannel } from '../client/contract.js';

/** A channel as its form has it: every field is text, or a choice. */
export interface ChannelDraft {
  name: string;
  kind: ChannelKind;
  /** Mail addresses with commas or spaces between them. */
  to: string;
  /** Holds a secret in most services; empty in a change: as it is. */
  url: string;
  min_severity: Severity;
  kinds: readonly NoticeKind[];
  /** `name=value`, with commas between them. */
  labels: string;
  team: string;
  from: string;
  until: string;
  /** Of the quiet hours, and what is sent all the same: kept as they are when a channel is edited. */
  quiet: { timezone: string; let_through: Severity | null };
  events: boolean;
}

export const KINDS = CHANNEL_KINDS;

export function draftOf(channel: Channel | undefined): ChannelDraft {
  const labels = Object.entries(channel?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    name: channel?.name ?? '',
    kind: channel?.kind ?? 'mail',
    to: channel?.kind === 'mail' ? channel.target : '',
    url: '',
    min_severity: channel?.min_severity ?? 'info',
    kinds: channel?.kinds ?? [],
    labels: labels.join(', '),
    team: channel?.team ?? '',
    from: channel?.quiet_hours?.from ?? '',
    until: channel?.quiet_hours?.to ?? '',
    quiet: {
      timezone: channel?.quiet_hours?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      let_through: channel?.quiet_hours ? channel.quiet_hours.let_through : 'critical',
    },
    events: channel?.events ?? false,
  };
}

const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '');

function labelsOf(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim());
  return Object.fromEntries(
    pairs
      .filter((pair) => pair !== '')
      .map((pair) => [pair.split('=')[0]?.trim() ?? '', pair.split('=').slice(1).join('=').trim()]),
  );
}

/** What the API takes for both: a new channel, and a change. */
function settingsOf(draft: ChannelDraft) {
  const { name, min_severity, kinds, labels, team, from, until, quiet } = draft;
  return {
    name: name.trim(),
    min_severity,
    kinds: [...kinds],
    labels: labelsOf(labels),
    team: team.trim() || null,
    quiet_hours: from === '' || until === '' ? null : { ...quiet, from, to: until },
    ...(draft.kind === 'mail' ? { to: words(draft.to) } : draft.url !== '' && { url: draft.url.trim() }),
  };
}

export const createOf = (draft: ChannelDraft): CreateChannel => ({
  ...settingsOf(draft),
  kind: draft.kind,
  ...(draft.kind === 'webhook' && { events: draft.events }),
});
export const changeOf = (draft: ChannelDraft): ChangeChannel => settingsOf(draft);
