import type { Credential } from '../credentials/credential.js';
import type { ServiceType } from '../credentials/serviceType.js';
import { DAY_MS, MINUTE_MS } from '../time/units.js';
import type { NoticeKind } from './notice.js';

const WEEK = 7 * DAY_MS;
/** What is away for a moment only is nobody's business. */
const AWAY_MS = 15 * MINUTE_MS;
const ROTATION_AHEAD_MS = 7 * DAY_MS;
const UNTESTED_MS = 7 * DAY_MS;
/** For how many weeks a notice about something expired is repeated. */
const WEEKS_AFTER = 4;

/** What decides whether a notice is due. */
export interface NoticeState {
  credential: Credential;
  /** When the health became what it is. */
  healthSince: Date | null;
  lastUsedAt: Date | null;
  /** The newest notice about its health. */
  lastHealth: { kind: string; period: string } | null;
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

/** The notices that are due for a credential at `now`, whether or not they were sent before. */
export function dueNotices(state: NoticeState, now: Date, policy: NoticePolicy): DueNotice[] {
  const { credential } = state;
  if (credential.status !== 'active' || credential.reminders?.muted === true) return [];
  const rule = ruleFor(credential, policy);
  return [
    expiry(credential, now, rule),
    rotation(credential, now),
    health(state, now),
    untested(state, now),
    unused(state, now, rule),
  ].filter((notice) => notice !== null);
}

/** The credential's own word, else its type's, else what holds for all. */
export function ruleFor(
  { serviceType, reminders }: Pick<Credential, 'serviceType' | 'reminders'>,
  { byType, expiryDays, unusedDays }: NoticePolicy,
): ReminderRule {
  const { muted: _, ...own } = reminders ?? {};
  return { expiryDays, unusedDays, ...byType?.get(serviceType), ...own };
}

function expiry({ expiresAt }: Credential, now: Date, { expiryDays }: ReminderRule): DueNotice | null {
  if (expiresAt === null) return null;
  const left = expiresAt.getTime() - now.getTime();
  const at = expiresAt.toISOString();
  if (left <= 0) return weekly('expired', at, -left, { expires_at: at });
  // Of several that passed at once only the nearest is reported.
  const days = [...expiryDays].sort((a, b) => a - b).find((limit) => left <= limit * DAY_MS);
  if (days === undefined) return null;
  return { kind: 'expiring', period: `${at}/${days}`, facts: { expires_at: at, days_left: ceilDays(left) } };
}

function rotation({ nextRotationAt }: Credential, now: Date): DueNotice | null {
  if (nextRotationAt === null) return null;
  const left = nextRotationAt.getTime() - now.getTime();
  const at = nextRotationAt.toISOString();
  if (left <= 0) return weekly('rotation_overdue', at, -left, { due_at: at });
  if (left > ROTATION_AHEAD_MS) return null;
  return { kind: 'rotation_due', period: at, facts: { due_at: at, days_left: ceilDays(left) } };
}

/** What expired, or was not done, at `at`: repeated each week for four weeks. */
function weekly(kind: NoticeKind, at: string, since: number, facts: DueNotice['facts']): DueNotice | null {
  const week = Math.floor(since / WEEK);
  return week < WEEKS_AFTER ? { kind, period: `${at}/week-${week}`, facts } : null;
}

function health({ credential, healthSince, lastHealth }: NoticeState, now: Date): DueNotice | null {
  if (healthSince === null) return null;
  const period = healthSince.toISOString();
  const told = lastHealth !== null && lastHealth.kind !== 'health_recovered';
  const facts = { since: period, code: credential.lastTestCode ?? '' };
  switch (credential.health) {
    case 'ok':
      return told ? { kind: 'health_recovered', period, facts } : null;
    case 'unreachable':
      if (now.getTime() - healthSince.getTime() < AWAY_MS) return null;
      return { kind: 'health_unreachable', period, facts };
    case 'rejected':
      return { kind: 'health_rejected', period, facts };
    case 'limited':
      return { kind: 'health_limited', period, facts };
    case 'unchecked':
      return null;
  }
}

function untested({ credential, testable }: NoticeState, now: Date): DueNotice | null {
  const age = now.getTime() - credential.createdAt.getTime();
  if (!testable || credential.lastTestedAt !== null || age < UNTESTED_MS) return null;
  const created = credential.createdAt.toISOString();
  return { kind: 'never_tested', period: created, facts: { created_at: created } };
}

function unused(
  { credential, lastUsedAt }: NoticeState,
  now: Date,
  { unusedDays }: ReminderRule,
): DueNotice | null {
  if (unusedDays === null) return null;
  const since = lastUsedAt ?? credential.createdAt;
  const days = Math.floor((now.getTime() - since.getTime()) / DAY_MS);
  if (days < unusedDays) return null;
  const times = Math.floor(days / unusedDays);
  return {
    kind: 'unused',
    period: `${since.toISOString()}/${times}`,
    facts: { days, since: since.toISOString() },
  };
}

const ceilDays = (ms: number) => Math.ceil(ms / DAY_MS);
