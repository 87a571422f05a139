import type { Credential } from '../credentials/credential.js';
import type { ServiceType } from '../credentials/serviceType.js';
import { DAY_MS, MINUTE_MS } from '../time/units.js';
import { momentOf, type NoticeMoment } from './holds.js';
import { type NoticeKind, severityOf } from './notice.js';

const WEEK = 7 * DAY_MS;
/** A health that changes for a moment only is not reported by time. */
const AWAY_MS = 15 * MINUTE_MS;
const ROTATION_AHEAD_MS = 7 * DAY_MS;
const UNTESTED_MS = 7 * DAY_MS;
/** For how many weeks a notice about something expired is repeated. */
const WEEKS_AFTER = 4;

/** What is known of a health in addition to the credential. */
export interface HealthNotes {
  /** When the health became what it is. */
  healthSince: Date | null;
  /** The newest notice about its health. */
  lastHealth: { kind: string; period: string } | null;
}

/** What decides whether a health has to be reported. */
export interface HealthState extends HealthNotes {
  credential: Credential;
}

/** What decides whether something has to be reported. */
export interface NoticeState extends HealthState {
  lastUsedAt: Date | null;
  /** False where nothing says how to test it. */
  testable: boolean;
}

/** What holds for one credential. */
export interface ReminderRule {
  /** Days before the expiry at which a notice is sent, in any order. */
  expiryDays: readonly number[];
  /** Days without use after which a notice is sent; null: never. */
  unusedDays: number | null;
}

export interface NoticePolicy extends ReminderRule {
  /** Service types with a separate rule. */
  byType?: ReadonlyMap<ServiceType, Partial<ReminderRule>>;
}

/** One notice; of one kind and period there is one for a credential, however often the state is looked at. */
export interface DueNotice {
  kind: NoticeKind;
  /** What the notice is about, such as one expiry; after a slash its step. */
  period: string;
  facts: Record<string, string | number>;
}

/**
 * What time alone makes due for a credential at `now`, whether or not it was reported before. A health that became known
 * is reported at once by `healthNews`; here it comes when it lasts: as unreachable, or because its notice was put off or
 * removed, or because the credential was muted or disabled when it changed.
 */
export function dueNotices(state: NoticeState, now: Date, policy: NoticePolicy): DueNotice[] {
  if (isSilent(state.credential)) return [];
  const rule = ruleFor(state.credential, policy);
  const moments = momentsOf(state);
  const { healthSince } = moments;
  const lasts = healthSince !== null && now.getTime() - healthSince.getTime() >= AWAY_MS;
  return [
    expiry(moments, now, rule),
    rotation(moments, now),
    lasts ? health(state) : null,
    untested(state, moments, now),
    unused(moments, now, rule),
  ].filter((notice) => notice !== null);
}

/** What a test makes known at once: a refusal, missing rights, or that the credential works again. */
export function healthNews(state: HealthState): DueNotice | null {
  const news = isSilent(state.credential) ? null : health(state);
  return news?.kind === 'health_unreachable' ? null : news;
}

/** A notice for the owner of the credential. */
export function ownerNotice(credential: Credential, { kind, period, facts }: DueNotice) {
  const daysLeft = typeof facts['days_left'] === 'number' ? facts['days_left'] : undefined;
  const severity = severityOf(kind, daysLeft);
  const { id: credentialId, owner: recipient, name, serviceType } = credential;
  const body = { credential: name, service_type: serviceType, severity, ...facts };
  return { credentialId, kind, period, recipient, body };
}

const isSilent = ({ status, reminders }: Credential) => status !== 'active' || reminders?.muted === true;

type Moments = Readonly<Record<NoticeMoment, Date | null>>;

function momentsOf({ credential, healthSince, lastUsedAt }: NoticeState): Moments {
  const { expiresAt, nextRotationAt, lastTestedAt, createdAt } = credential;
  return {
    expiresAt,
    nextRotationAt,
    healthSince,
    untestedSince: lastTestedAt === null ? createdAt : null,
    unusedSince: lastUsedAt ?? createdAt,
  };
}

/** The credential's own word, else its type's, else what holds for all. */
export function ruleFor(
  { serviceType, reminders }: Pick<Credential, 'serviceType' | 'reminders'>,
  { byType, expiryDays, unusedDays }: NoticePolicy,
): ReminderRule {
  const { muted: _, ...own } = reminders ?? {};
  return { expiryDays, unusedDays, ...byType?.get(serviceType), ...own };
}

function expiry(moments: Moments, now: Date, { expiryDays }: ReminderRule): DueNotice | null {
  const ends = momentOf('expired', moments);
  if (ends === null) return null;
  const left = ends.getTime() - now.getTime();
  const at = ends.toISOString();
  if (left <= 0) return weekly('expired', at, -left, { expires_at: at });
  // Of several that passed at once only the nearest is reported.
  const days = [...expiryDays].sort((a, b) => a - b).find((limit) => left <= limit * DAY_MS);
  if (days === undefined) return null;
  return { kind: 'expiring', period: `${at}/${days}`, facts: { expires_at: at, days_left: ceilDays(left) } };
}

function rotation(moments: Moments, now: Date): DueNotice | null {
  const due = momentOf('rotation_overdue', moments);
  if (due === null) return null;
  const left = due.getTime() - now.getTime();
  const at = due.toISOString();
  if (left <= 0) return weekly('rotation_overdue', at, -left, { due_at: at });
  if (left > ROTATION_AHEAD_MS) return null;
  return { kind: 'rotation_due', period: at, facts: { due_at: at, days_left: ceilDays(left) } };
}

/** What expired, or was not done, at `at`: repeated each week for four weeks. */
function weekly(kind: NoticeKind, at: string, since: number, facts: DueNotice['facts']): DueNotice | null {
  const week = Math.floor(since / WEEK);
  return week < WEEKS_AFTER ? { kind, period: `${at}/week-${week}`, facts } : null;
}

function health({ credential, healthSince, lastHealth }: HealthState): DueNotice | null {
  const { health: current, lastTestCode } = credential;
  if (healthSince === null || current === 'unchecked') return null;
  const period = healthSince.toISOString();
  const facts = { since: period, code: lastTestCode ?? '' };
  if (current !== 'ok') return { kind: `health_${current}`, period, facts };
  const wasReported = lastHealth !== null && lastHealth.kind !== 'health_recovered';
  return wasReported ? { kind: 'health_recovered', period, facts } : null;
}

function untested({ testable }: NoticeState, moments: Moments, now: Date): DueNotice | null {
  const since = momentOf('never_tested', moments);
  if (!testable || since === null || now.getTime() - since.getTime() < UNTESTED_MS) return null;
  const created = since.toISOString();
  return { kind: 'never_tested', period: created, facts: { created_at: created } };
}

function unused(moments: Moments, now: Date, { unusedDays }: ReminderRule): DueNotice | null {
  const since = momentOf('unused', moments);
  if (unusedDays === null || since === null) return null;
  const days = Math.floor((now.getTime() - since.getTime()) / DAY_MS);
  if (days < unusedDays) return null;
  const times = Math.floor(days / unusedDays);
  const at = since.toISOString();
  return { kind: 'unused', period: `${at}/${times}`, facts: { days, since: at } };
}

const ceilDays = (ms: number) => Math.ceil(ms / DAY_MS);
