import type { PutNotice } from './channel.js';
import type { NoticeKind, Severity } from './notice.js';
import { SEVERITIES } from './notice.js';

/** What is sent in one piece, whatever the channel. */
export interface Message {
  /** The same when it is sent again, so that a receiver can tell. */
  id: string;
  subject: string;
  /** Of the most urgent notice. */
  severity: Severity;
  notices: { notice: PutNotice; text: string }[];
  /** What a mail shows in place of the notices alone: the reports that they tell of. */
  page?: { html: string; text: string };
}

/** One message of all that waits for a channel: many notices are one digest, never a storm. */
export function messageOf(id: string, notices: readonly PutNotice[]): Message {
  const severities = notices.map(({ severity }) => severity);
  const severity = [...SEVERITIES].reverse().find((one) => severities.includes(one)) ?? 'info';
  // The most urgent first, else in the order in which they came up.
  const rank = (notice: PutNotice) => SEVERITIES.indexOf(notice.severity);
  const sorted = [...notices].sort((a, b) => rank(b) - rank(a));
  const lines = sorted.map((notice) => ({ notice, text: textOf(notice) }));
  return { id, severity, notices: lines, subject: subjectOf(severity, lines) };
}

function subjectOf(severity: Severity, lines: Message['notices']): string {
  const [first] = lines;
  if (lines.length === 1 && first !== undefined) return `[${severity}] ${first.text}`;
  const urgent = lines.filter(({ notice }) => notice.severity === 'critical').length;
  const more = urgent > 0 ? `, ${urgent} critical` : '';
  return `[${severity}] ${lines.length} notices about credentials${more}`;
}

/** One sentence about one notice. */
export function textOf({ kind, body }: Pick<PutNotice, 'kind' | 'body'>): string {
  const name = `“${fact(body, 'credential')}”`;
  return SENTENCES[kind](name, (key) => fact(body, key));
}

type Sentence = (name: string, fact: (key: string) => string) => string;
const SENTENCES: Readonly<Record<NoticeKind, Sentence>> = {
  expiring: (name, fact) => `${name} ends on ${day(fact('expires_at'))} (${days(fact('days_left'))} left).`,
  expired: (name, fact) => `${name} ended on ${day(fact('expires_at'))}.`,
  rotation_due: (name, fact) => `${name} is to be rotated by ${day(fact('due_at'))}.`,
  rotation_overdue: (name, fact) => `${name} should have been rotated by ${day(fact('due_at'))}.`,
  health_rejected: (name, fact) =>
    `${name} is refused by its service (${fact('code')}); it is not tested again until somebody mends it.`,
  health_unreachable: (name, fact) => `The service of ${name} can’t be reached (${fact('code')}).`,
  health_limited: (name, fact) => `${name} works in part only (${fact('code')}).`,
  health_recovered: (name) => `${name} works again.`,
  never_tested: (name, fact) => `${name} was stored on ${day(fact('created_at'))} and never tested.`,
  unused: (name, fact) => `${name} was not used for ${days(fact('days'))}.`,
  break_glass: (name, fact) => `${fact('actor')} broke the glass on ${name}: ${fact('reason')}`,
  report: (_name, fact) => `Health report of ${fact('of')}: ${fact('text')}.`,
  password_reset: (_name, fact) => `${fact('actor')} reset a password.`,
};

const day = (moment: string) => moment.slice(0, 10);
const days = (count: string) => (count === '1' ? '1 day' : `${count} days`);

/** Line ends would break subjects and headers. */
function fact(body: Record<string, unknown>, key: string): string {
  const value = body[key];
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
}
