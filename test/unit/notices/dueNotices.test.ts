import { expect } from 'chai';
import {
  dueNotices,
  healthNews,
  type NoticePolicy,
  type NoticeState,
} from '../../../src/domain/notices/dueNotices.js';
import { severityOf } from '../../../src/domain/notices/notice.js';
import { grantStep, leftoverWeek, ownStep } from '../../../src/domain/notices/otherReminders.js';
import { rulesByType } from '../../../src/domain/notices/reminderRules.js';
import { aCredential } from '../../support/worlds/aCredential.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const start = new Date('2027-03-01T00:00:00Z');
const day = (n: number) => new Date(start.getTime() + n * DAY);
const policy = { expiryDays: [30, 14, 7, 1], unusedDays: 90 };

type Change = Partial<NoticeState['credential']>;
const state = (change: Change = {}, more: Partial<NoticeState> = {}): NoticeState => ({
  credential: aCredential({ createdAt: start, lastTestedAt: start, ...change }),
  healthSince: null,
  lastUsedAt: start,
  lastHealth: null,
  testable: true,
  ...more,
});

/** The kinds and periods that are new, looked at each hour from day `from` to day `to`. */
const told = (from: number, to: number, at: (now: Date) => NoticeState) => toldBy(policy, from, to, at);

function toldBy(rules: NoticePolicy, from: number, to: number, at: (now: Date) => NoticeState): string[] {
  const seen: string[] = [];
  for (let now = day(from).getTime(); now <= day(to).getTime(); now += DAY / 24) {
    for (const { kind, period } of dueNotices(at(new Date(now)), new Date(now), rules)) {
      const line = `${((now - start.getTime()) / DAY).toFixed(1)} ${kind} ${period}`;
      if (!seen.some((other) => other.endsWith(` ${kind} ${period}`))) seen.push(line);
    }
  }
  return seen.map((line) => line.split(' ').slice(0, 2).join(' '));
}

describe('People are told', () => {
  it('of an end at 30, 14, 7 and 1 days, at the end, and weekly for four weeks', () => {
    const ending = state({ expiresAt: day(40) });
    expect(told(0, 89, () => ending)).to.deep.equal([
      '10.0 expiring',
      '26.0 expiring',
      '33.0 expiring',
      '39.0 expiring',
      '40.0 expired',
      '47.0 expired',
      '54.0 expired',
      '61.0 expired',
    ]);
  });

  it('of the nearest only, where several days passed unseen', () => {
    const [only, ...more] = dueNotices(state({ expiresAt: day(5) }), start, policy);
    expect(more).to.deep.equal([]);
    expect(only?.facts).to.deep.include({ days_left: 5 });
    expect(only?.period).to.match(/\/7$/);
  });

  it('again when the end was moved', () => {
    const moved = told(0, 60, (now) => state({ expiresAt: now < day(20) ? day(40) : day(80) }));
    expect(moved).to.deep.equal(['10.0 expiring', '50.0 expiring']);
  });

  it('of a rotation a week ahead, when it is due, and weekly for four weeks', () => {
    const due = state({ nextRotationAt: day(20) });
    expect(told(0, 89, () => due)).to.deep.equal([
      '13.0 rotation_due',
      '20.0 rotation_overdue',
      '27.0 rotation_overdue',
      '34.0 rotation_overdue',
      '41.0 rotation_overdue',
    ]);
  });

  it('once of each change of health, and when it is well again', () => {
    for (const health of ['rejected', 'limited'] as const) {
      const bad = state({ health }, { healthSince: day(1) });
      expect(told(1, 30, () => bad)).to.deep.equal([`1.0 health_${health}`]);
    }
    const lastHealth = { kind: 'health_rejected', period: day(1).toISOString() };
    const well = state({ health: 'ok' }, { healthSince: day(3), lastHealth });
    expect(told(3, 30, () => well)).to.deep.equal(['3.0 health_recovered']);
    const known = state(
      { health: 'ok' },
      { healthSince: day(3), lastHealth: { kind: 'health_recovered', period: day(3).toISOString() } },
    );
    expect(told(3, 30, () => known)).to.deep.equal([]);
  });

  it('at once of a health that a test made known, but not of a host that is away for a moment', () => {
    const news = (change: Change, more: Partial<NoticeState> = {}) =>
      healthNews(state(change, { healthSince: day(1), ...more }))?.kind ?? null;
    expect(news({ health: 'rejected' })).to.equal('health_rejected');
    expect(news({ health: 'limited' })).to.equal('health_limited');
    expect(news({ health: 'unreachable' })).to.equal(null);
    expect(news({ health: 'ok' })).to.equal(null);
    for (const kind of ['health_rejected', 'health_unreachable'])
      expect(news({ health: 'ok' }, { lastHealth: { kind, period: '' } })).to.equal('health_recovered');
    expect(news({ health: 'rejected', reminders: { muted: true } })).to.equal(null);
    expect(news({ health: 'rejected', status: 'disabled' })).to.equal(null);
  });

  it('by time of a health that lasts a quarter of an hour', () => {
    const bad = state({ health: 'rejected' }, { healthSince: start });
    const at = (ms: number) =>
      dueNotices(bad, new Date(start.getTime() + ms), policy).map(({ kind }) => kind);
    expect(at(14 * MINUTE)).to.deep.equal([]);
    expect(at(15 * MINUTE)).to.deep.equal(['health_rejected']);
  });

  it('of nothing that was well from the start, or is not known yet', () => {
    expect(told(0, 30, () => state({ health: 'ok' }, { healthSince: start }))).to.deep.equal([]);
    expect(told(0, 30, () => state({ health: 'unchecked' }))).to.deep.equal([]);
  });

  it('of a host that is away when it stays away for a quarter of an hour', () => {
    const away = state({ health: 'unreachable' }, { healthSince: start });
    const at = (ms: number) =>
      dueNotices(away, new Date(start.getTime() + ms), policy).map(({ kind }) => kind);
    expect(at(14 * MINUTE)).to.deep.equal([]);
    expect(at(15 * MINUTE)).to.deep.equal(['health_unreachable']);
  });

  it('of a credential that nobody tested within a week, where it can be tested', () => {
    expect(told(0, 60, () => state({ lastTestedAt: null }))).to.deep.equal(['7.0 never_tested']);
    expect(told(0, 60, () => state({ lastTestedAt: null }, { testable: false }))).to.deep.equal([]);
  });

  it('of a credential that nobody uses, each ninety days', () => {
    expect(told(0, 185, () => state())).to.deep.equal(['90.0 unused', '180.0 unused']);
    expect(told(0, 185, () => state({}, { lastUsedAt: day(100) }))).to.deep.equal([]);
    expect(told(0, 100, () => state({}, { lastUsedAt: null }))).to.deep.equal(['90.0 unused']);
  });

  it('of nothing that is switched off or deleted', () => {
    for (const status of ['disabled', 'deleted', 'pending'] as const)
      expect(told(0, 100, () => state({ status, expiresAt: day(5), health: 'rejected' }))).to.deep.equal([]);
  });

  it('as their type has it, or as the credential itself says', () => {
    const rules = rulesByType('proxmox=60/2', 'proxmox=0');
    const byType = { ...policy, ...(rules && { byType: rules }) };
    const days = (change: Change) =>
      toldBy(byType, 0, 110, () => state({ expiresAt: day(100), ...change })).filter((line) =>
        /expiring|unused/.test(line),
      );
    expect(days({})).to.deep.equal(['40.0 expiring', '98.0 expiring']);
    expect(days({ serviceType: 'aws' })[0]).to.equal('70.0 expiring');
    expect(days({ reminders: { expiryDays: [5] } })).to.deep.equal(['95.0 expiring']);
    expect(days({ reminders: { unusedDays: 50 } })).to.deep.equal([
      '40.0 expiring',
      '50.0 unused',
      '98.0 expiring',
      '100.0 unused',
    ]);
    expect(days({ reminders: { muted: true } })).to.deep.equal([]);
  });

  it('by rules that can be read', () => {
    for (const wrong of ['proxmox', 'proxmox=', 'nothing=3', 'aws=a', 'aws=1/2/3/4/5/6/7/8/9/10/11'])
      expect(rulesByType(wrong, ''), wrong).to.equal(undefined);
    for (const wrong of ['aws=1/2', 'aws=-1', 'aws=4000']) expect(rulesByType('', wrong)).to.equal(undefined);
    expect(rulesByType('', '')?.size).to.equal(0);
    expect(rulesByType('esxi=30/1', 'vmware=0')?.get('vmware')).to.deep.equal({
      expiryDays: [30, 1],
      unusedDays: null,
    });
  });

  it('more urgently the nearer the end is', () => {
    const of = (days: number) => severityOf('expiring', days);
    expect([30, 14, 7, 2, 1].map(of)).to.deep.equal(['info', 'info', 'warning', 'warning', 'critical']);
  });
});

describe('People are told beside', () => {
  const days = (...at: number[]) => at.map((n) => day(n));

  it('of a grant that ends at 7 days and at 1, and not after', () => {
    const steps = days(0, 3, 3.5, 8, 9, 9.9, 10, 11).map((now) => grantStep(day(10), now)?.step ?? null);
    expect(steps).to.deep.equal([null, 7, 7, 7, 1, 1, null, null]);
    expect(grantStep(day(10), day(9.5))).to.include({ daysLeft: 1, severity: 'warning' });
  });

  it('of the ends of the broker itself at 30, 14, 7 and 1 days, and when it has ended', () => {
    const steps = days(0, 10, 26, 33, 39, 40, 50).map((now) => ownStep(day(40), now)?.step ?? null);
    expect(steps).to.deep.equal([null, 30, 14, 7, 1, 0, 0]);
    expect(ownStep(day(40), day(33))).to.include({ daysLeft: 7, severity: 'critical' });
  });

  it('of what an import left, weekly, four times', () => {
    const weeks = days(0, 6, 7, 13, 14, 21, 28, 34, 35).map((now) => leftoverWeek(start, now));
    expect(weeks).to.deep.equal([null, null, 1, 1, 2, 3, 4, 4, null]);
  });
});
