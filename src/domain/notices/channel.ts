import { DAY_MS, HOUR_MS } from '../time/units.js';
import { isNoticeKind, type NoticeKind, type Severity, severityAtLeast, severityOf } from './notice.js';
import type { QuietHours } from './quietHours.js';

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
  /** Only about credentials that are granted to this team or owned by one of it; null: about all. */
  team: string | null;
  quiet: QuietHours | null;
  /** New messages wait until the channel is resumed. */
  paused: boolean;
  /** A principal, if it is the mailbox of one person, which the broker maintains automatically; else null. */
  recipient: string | null;
  /** Of a webhook: it gets what changes, as it changes, in place of notices. */
  events: boolean;
  createdAt: Date;
  createdBy: string;
}

/** A notice as it is stored in the outbox. */
export interface StoredNotice {
  id: string;
  /** A `NoticeKind`, or one of a newer version of the broker. */
  kind: string;
  severity: Severity;
  credentialId: string | null;
  /** A principal: the recipient. */
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

/** The channels that were chosen for a notice, whatever they accept; null: each that accepts it. */
export function chosenChannels({ body }: Pick<StoredNotice, 'body'>): readonly string[] | null {
  const chosen = body['channels'];
  return Array.isArray(chosen) ? chosen.map(String) : null;
}

/** What a notice is about: the labels of its credential, and the teams that it is granted to or whose members own it. */
export interface NoticeSubject {
  labels: Readonly<Record<string, string>>;
  teams: readonly string[];
}

/** What a webhook that follows events does not support, under its name in the API: only labels filter events. */
export function unheededByEvents(wanted: Partial<Channel>): string[] {
  const { kinds = [], minSeverity = 'info', team = null, quiet = null } = wanted;
  return [
    ...(kinds.length > 0 ? ['kinds'] : []),
    ...(minSeverity === 'info' ? [] : ['min_severity']),
    ...(team === null ? [] : ['team']),
    ...(quiet === null ? [] : ['quiet_hours']),
  ];
}

/** Whether a channel is for a notice about this. */
export function wants(
  channel: Pick<Channel, 'minSeverity' | 'kinds' | 'labels' | 'team'> & Partial<Pick<Channel, 'events'>>,
  notice: Pick<StoredNotice, 'kind' | 'severity'>,
  { labels, teams }: NoticeSubject,
): boolean {
  if (channel.events === true) return false;
  if (!severityAtLeast(notice.severity, channel.minSeverity)) return false;
  if (channel.kinds.length > 0 && !channel.kinds.some((kind) => kind === notice.kind)) return false;
  if (channel.team !== null && !teams.includes(channel.team)) return false;
  return Object.entries(channel.labels).every(([key, value]) => labels[key] === value);
}

const SLACK_HOST = /^hooks\.slack(-gov)?\.com$/;
const SLACK_PATH = /^\/(services|workflows|triggers)\/./;

/** True for an address at Slack's own hosts that is no webhook, such as one with a bot token in the place of its path. */
export function isSlackAppUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname, pathname } = new URL(text);
  return SLACK_HOST.test(hostname) && !SLACK_PATH.test(pathname);
}

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = HOUR_MS;
const GIVEN_UP_AFTER_MS = 3 * DAY_MS;

/** When a channel is retried after this many failures in a row; `chance` in [0, 1) spreads. */
export function nextAttempt(failures: number, chance: number, now: Date): Date {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  return new Date(now.getTime() + Math.round(wait * (0.8 + 0.4 * chance)));
}

/** What was handed over before this and fails once more is given up. */
export function givenUpBefore(now: Date): Date {
  return new Date(now.getTime() - GIVEN_UP_AFTER_MS);
}

/** The receiver may have accepted it before the connection broke: it must not be sent again under another id. */
const UNSURE: ReadonlySet<string> = new Set([
  'timed_out',
  'reset',
  'connection_lost',
  'too_large',
  'garbage',
]);

/** True when nobody knows whether a message that failed with this code arrived. */
export function outcomeUnknown(code: string): boolean {
  return UNSURE.has(code);
}

/** What comes up beyond it waits and becomes a digest. */
const MOST_MESSAGES_AN_HOUR = 6;

/** Messages sent after this moment count against the bound of an hour. */
export function countedSince(now: Date): Date {
  return new Date(now.getTime() - HOUR_MS);
}

/**
 * Until when a channel waits that was sent this many messages within the hour, the first of them at `oldest`; null:
 * it need not.
 */
export function waitsUntil(sent: { count: number; oldest: Date | null }): Date | null {
  if (sent.count < MOST_MESSAGES_AN_HOUR || sent.oldest === null) return null;
  return new Date(sent.oldest.getTime() + HOUR_MS);
}
