import type { Health } from '../credentials/credential.js';
import { parseServiceType, type ServiceType } from '../credentials/serviceType.js';
import { MINUTE_MS } from '../time/units.js';
import { healthAfter, pausesTests } from './health.js';
import type { TestCode } from './testResult.js';

/** What could not be reached is looked at again this soon, then later and later. */
const SOON_MS = 5 * MINUTE_MS;
/** New values are tested within this time, so that an import of many does not come as one blow. */
const FIRST_WITHIN_MS = 10 * MINUTE_MS;

export interface TestedNow {
  code: TestCode;
  at: Date;
  /** After the test. */
  health: Health;
  /** How often it is tested while all is well. */
  intervalMs: number;
  /** In [0, 1): spreads the tests of many credentials. */
  chance: number;
  /** The test before; null when there was none. */
  before: { code: TestCode; at: Date } | null;
  /** What the service asked for. */
  retryAfterSeconds?: number;
}

/**
 * When a credential is next tested automatically, within a tenth of its interval; null: not before a successful
 * manual test or a new version, since one more try could lock the account.
 */
export function nextTest(tested: TestedNow): Date | null {
  if (pausesTests(tested.code) || tested.health === 'rejected') return null;
  const spread = 0.9 + 0.2 * tested.chance;
  return new Date(tested.at.getTime() + Math.round(delay(tested) * spread));
}

function delay({ code, at, intervalMs, before, retryAfterSeconds }: TestedNow): number {
  if (code === 'rate_limited') return Math.max(intervalMs, (retryAfterSeconds ?? 0) * 1000 * 1.2);
  if (!isAway(code)) return intervalMs;
  const since = before !== null && isAway(before.code) ? at.getTime() - before.at.getTime() : 0;
  return Math.min(intervalMs, Math.max(SOON_MS, 2 * since));
}

const isAway = (code: TestCode) => healthAfter(code, 'unchecked') === 'unreachable';

/** When a credential whose interval changed is tested next: as if it had been so since its last test. */
export function rescheduled(
  { lastTestedAt, nextTestAt }: { lastTestedAt: Date | null; nextTestAt: Date | null },
  intervalMs: number,
  { now, chance }: { now: Date; chance: number },
): Date | null {
  if (nextTestAt === null || lastTestedAt === null) return nextTestAt;
  const due = lastTestedAt.getTime() + Math.round(intervalMs * (0.9 + 0.2 * chance));
  return new Date(Math.max(due, now.getTime()));
}

/** When new values are tested automatically. */
export function firstTest(now: Date, chance: number): Date {
  return new Date(now.getTime() + Math.round(FIRST_WITHIN_MS * chance));
}

/** Bounds of how often a credential is tested automatically. */
export const FEWEST_MINUTES = 5;
export const MOST_MINUTES = 525_600;

/** Minutes between tests by service type, from `proxmox=60,openai=1440`; undefined where it can't be meant so. */
export function testIntervals(text: string): ReadonlyMap<ServiceType, number> | undefined {
  const intervals = new Map<ServiceType, number>();
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [word = '', minutes = ''] = pair.split('=').map((part) => part.trim());
    const type = parseServiceType(word);
    const count = /^\d+$/.test(minutes) ? Number(minutes) : 0;
    if (type === undefined || count < FEWEST_MINUTES || count > MOST_MINUTES) return undefined;
    intervals.set(type, count);
  }
  return intervals;
}
