import { isBlocked } from '../testing/health.js';
import type { StoredNotice } from './channel.js';
import { isNoticeKind, type NoticeKind, SEVERITIES, type Severity } from './notice.js';

/** How many notices of one kind and severity. */
export interface NoticeCount {
  kind: string;
  severity: Severity;
  count: number;
}

/** What is sent in one piece, whatever the channel. */
export interface Message {
  /** The same when it is sent again, so that a receiver can recognize a duplicate. */
  id: string;
  subject: string;
  /** Of the most urgent notice. */
  severity: Severity;
  /** The most urgent ones by name, at most `MOST_NAMED`. */
  notices: { notice: StoredNotice; text: string }[];
  /** All of them, the named ones too. */
  total: number;
  /** The most urgent first. */
  counts: NoticeCount[];
  /** How to see those that are not named; empty when all are. */
  rest: string;
  /** What a mail shows instead of the notices alone: the reports that they announce. */
  page?: { html: string; text: string };
}

/** More notices than this become a digest: counts, and this many of the most urgent by name. */
export const MOST_NAMED = 20;

/** How urgent, as a number for sorting. */
const rank = ({ severity }: { severity: Severity }) => SEVERITIES.indexOf(severity);

/**
 * One message of all that waits for a channel. `notices` are all of them, or the most urgent of those that `counts`
 * counts.
 */
export function messageOf(
  id: string,
  notices: readonly StoredNotice[],
  counts: readonly NoticeCount[] = countsOf(notices),
): Message {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  // The most urgent first, else in the order in which they came up.
  const sorted = [...notices].sort((a, b) => rank(b) - rank(a)).slice(0, MOST_NAMED);
  const lines = sorted.map((notice) => ({ notice, text: textOf(notice) }));
  const ordered = [...counts].sort((a, b) => rank(b) - rank(a) || b.count - a.count);
  const severity = ordered[0]?.severity ?? 'info';
  const more = total - lines.length;
  const rest = more > 0 ? `${more} more: glassdome notices list, or GET /api/notifications?open=true` : '';
  return {
    id,
    severity,
    notices: lines,
    total,
    counts: ordered,
    rest,
    subject: subjectOf(severity, lines, { total, counts }),
  };
}

function countsOf(notices: readonly StoredNotice[]): NoticeCount[] {
  const counts = new Map<string, NoticeCount>();
  for (const { kind, severity } of notices) {
    const key = `${kind}/${severity}`;
    counts.set(key, { kind, severity, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

function subjectOf(
  severity: Severity,
  lines: Message['notices'],
  { total, counts }: { total: number; counts: readonly NoticeCount[] },
): string {
  const [first] = lines;
  if (total === 1 && first !== undefined) return `[${severity}] ${first.text}`;
  const urgent = counts
    .filter((one) => one.severity === 'critical')
    .reduce((sum, { count }) => sum + count, 0);
  const more = urgent > 0 ? `, ${urgent} critical` : '';
  return `[${severity}] ${total} notices about credentials${more}`;
}

/** How many of what, for people: `12 × refused by the service`. */
export function countText({ kind, count }: NoticeCount): string {
  return `${count} × ${isNoticeKind(kind) ? SHORT[kind] : kind.replaceAll('_', ' ')}`;
}

/** One sentence about one notice. */
export function textOf({ kind, body }: Pick<StoredNotice, 'kind' | 'body'>): string {
  const name = `“${fact(body, 'credential')}”`;
  if (!isNoticeKind(kind)) return `${name}: ${fact({ kind }, 'kind').replaceAll('_', ' ')}.`;
  return SENTENCES[kind](name, (key) => fact(body, key));
}

type Sentence = (name: string, fact: (key: string) => string) => string;
const SENTENCES: Readonly<Record<NoticeKind, Sentence>> = {
  expiring: (name, fact) =>
    `${name} expires on ${day(fact('expires_at'))} (${days(fact('days_left'))} left).`,
  expired: (name, fact) => `${name} expired on ${day(fact('expires_at'))}.`,
  rotation_due: (name, fact) => `${name} is due for rotation by ${day(fact('due_at'))}.`,
  rotation_overdue: (name, fact) => `${name} should have been rotated by ${day(fact('due_at'))}.`,
  health_rejected: (name, fact) =>
    `${name} is refused by its service (${fact('code')}); it is not tested again until it is fixed.`,
  health_unreachable: (name, fact) =>
    isBlocked(fact('code'))
      ? `${name} can’t be tested: Blocked by the broker’s network policy. Its operator can allow the range in OUTBOUND_ALLOW_CIDRS.`
      : `The service of ${name} can’t be reached (${fact('code')}).`,
  health_limited: (name, fact) => `${name} works only partly (${fact('code')}).`,
  health_recovered: (name) => `${name} works again.`,
  never_tested: (name, fact) => `${name} was stored on ${day(fact('created_at'))} and never tested.`,
  unused: (name, fact) => `${name} was not used for ${days(fact('days'))}.`,
  break_glass: (name, fact) => `${fact('actor')} used break-glass access on ${name}: ${fact('reason')}`,
  report: (_name, fact) => `Health report of ${fact('of')}: ${fact('text')}.`,
  password_reset: (_name, fact) => `${fact('actor')} reset a password.`,
  drift: (name, fact) =>
    `${name} was changed in Vault: version ${fact('version')} has a different ${fact('changed')}. Version ${fact('active_version')} is in use.`,
  drift_adopted: (name, fact) =>
    `Version ${fact('version')} of ${name}, written in Vault, passed its test and is in use now.`,
  active_gone: (name, fact) =>
    `Version ${fact('version')} of ${name}, which is in use, was ${fact('how')} in Vault; it can’t be read.`,
  versions_gone: (name, fact) =>
    `Versions of ${name} that are not in use were removed in Vault: ${fact('versions')}. They can’t be activated.`,
  replaced: (name) => `The data of ${name} in Vault is not what the broker stored; it can’t be read.`,
  missing: (name) => `${name} is missing in Vault; it can’t be read.`,
  orphan: (_name, fact) => `Paths in Vault that belong to no credential, and were kept: ${fact('paths')}.`,
  vault_recovered: (name) => `The data of ${name} in Vault is again what the broker stored.`,
  report_only: (_name, fact) =>
    `Postgres is older than Vault, as after a restore: until ${day(fact('until'))} differences are reported, and nothing is repaired or destroyed.`,
  grant_ending: (name, fact) =>
    `The right of ${fact('subject')} to ${fact('level')} ${name} ends on ${day(fact('expires_at'))} (${days(fact('days_left'))} left).`,
  env_leftovers: (_name, fact) => `Secrets that the last import left in the environment: ${fact('names')}.`,
  broker_ending: (_name, fact) =>
    fact('days_left') === '0'
      ? `The broker’s own ${fact('part')} expired on ${day(fact('ends_at'))}.`
      : `The broker’s own ${fact('part')} expires on ${day(fact('ends_at'))} (${days(fact('days_left'))} left).`,
  offer: (name, fact) =>
    `${fact('giver')} offers ${name} (${fact('variables')}). It fills nothing until you accept it: glassdome offers list.`,
  variable_conflict: (_name, fact) =>
    `${fact('variable')} is claimed by ${fact('credentials')}; ${fact('serves')} fills it. To choose: glassdome credentials prefer.`,
  held_back: (name, fact) =>
    `${fact('changed_by')} changed ${name}, which is yours: ${fact('changes')}. You get the previous variables until you agree. To agree: glassdome credentials prefer, or update the credential yourself.`,
  offer_names: (name, fact) =>
    `${fact('giver')} added ${fact('variables')} to ${name}, which you accepted. They fill nothing until you accept them: glassdome offers list.`,
  tasks_stopped: (_name, fact) =>
    `The broker’s scheduled jobs have stopped: ${fact('tasks')}. Check that a worker is running (glassdome worker status).`,
  audit_damaged: (_name, fact) =>
    `The audit trail was changed outside the broker: ${fact('problem')} at row ${fact('seq')} of ${fact('chain')}. It is not signed from there on. Run glassdome audit verify.`,
};

/** What goes before them is a number, of one or of many. */
const SHORT: Readonly<Record<NoticeKind, string>> = {
  expiring: 'expiring soon',
  expired: 'expired',
  rotation_due: 'due for rotation',
  rotation_overdue: 'overdue for rotation',
  health_rejected: 'refused by the service',
  health_unreachable: 'unreachable',
  health_limited: 'working only partly',
  health_recovered: 'working again',
  never_tested: 'never tested',
  unused: 'not used',
  break_glass: 'opened by an admin',
  report: 'health report',
  password_reset: 'password reset',
  grant_ending: 'grant ending soon',
  env_leftovers: 'import with names left in the environment',
  broker_ending: 'certificate of the broker ending',
  offer: 'offered',
  variable_conflict: 'claimed more than once',
  held_back: 'changed by another user',
  offer_names: 'with new variables to accept',
  drift: 'changed in Vault',
  drift_adopted: 'changed in Vault and in use',
  active_gone: 'removed in Vault',
  versions_gone: 'with unused versions removed in Vault',
  replaced: 'replaced in Vault',
  missing: 'missing in Vault',
  orphan: 'in Vault without a credential',
  vault_recovered: 'back in Vault',
  report_only: 'restore detected',
  tasks_stopped: 'stop of scheduled jobs',
  audit_damaged: 'damage of the audit trail',
};

const day = (moment: string) => moment.slice(0, 10);
const days = (count: string) => (count === '1' ? '1 day' : `${count} days`);

/** Line ends would break subjects and headers. */
function fact(body: Record<string, unknown>, key: string): string {
  const value = body[key];
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
}
