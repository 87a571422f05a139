import { isNoticeKind, type NoticeKind, type Severity, severityAtLeast, severityOf } from './notice.js';

export const CHANNEL_KINDS = ['mail', 'slack', 'teams', 'webhook'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Where notices go, and which. The target itself rests sealed. */
export interface Channel {
  id: string;
  name: string;
  kind: ChannelKind;
  /** What may be shown of the target: addresses, or the host of a URL. */
  shownTarget: string;
  minSeverity: Severity;
  /** Empty: all kinds. */
  kinds: NoticeKind[];
  /** Only about credentials that carry all of these; empty: about all. */
  labels: Record<string, string>;
  /** Of a webhook: it gets what changes, as it changes, in place of notices. */
  events: boolean;
  createdAt: Date;
  createdBy: string;
}

/** A notice as it lies in the outbox. */
export interface PutNotice {
  id: string;
  kind: NoticeKind;
  severity: Severity;
  credentialId: string | null;
  /** A principal: whom it concerns. */
  recipient: string;
  body: Record<string, unknown>;
  createdAt: Date;
}

/** The severity that was put with it, or the kind's own. */
export function severityIn(kind: string, body: Record<string, unknown>): Severity {
  const told = body['severity'];
  if (told === 'info' || told === 'warning' || told === 'critical') return told;
  return isNoticeKind(kind) ? severityOf(kind) : 'info';
}

/** Whether a channel is for a notice about a credential with these labels. */
export function wants(
  channel: Pick<Channel, 'minSeverity' | 'kinds' | 'labels'> & Partial<Pick<Channel, 'events'>>,
  notice: Pick<PutNotice, 'kind' | 'severity'>,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (channel.events === true) return false;
  if (!severityAtLeast(notice.severity, channel.minSeverity)) return false;
  if (channel.kinds.length > 0 && !channel.kinds.includes(notice.kind)) return false;
  return Object.entries(channel.labels).every(([key, value]) => labels[key] === value);
}

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
const GIVEN_UP_AFTER_MS = 3 * 86_400_000;

/**
 * When a message that could not be sent is tried again; null: no more, after three days. `attempts` counts the one that
 * just failed, `chance` in [0, 1) spreads.
 */
export function nextAttempt(
  failed: { attempts: number; since: Date; chance: number },
  now: Date,
): Date | null {
  if (now.getTime() - failed.since.getTime() >= GIVEN_UP_AFTER_MS) return null;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failed.attempts - 1, 20));
  return new Date(now.getTime() + Math.round(wait * (0.8 + 0.4 * failed.chance)));
}
