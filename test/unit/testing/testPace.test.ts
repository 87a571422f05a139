import { expect } from 'chai';
import fc from 'fast-check';
import type { Health } from '../../../src/domain/credentials/credential.js';
import { healthAfter } from '../../../src/domain/testing/health.js';
import { firstTest, nextTest, testIntervals } from '../../../src/domain/testing/testPace.js';
import { TEST_CODES, type TestCode } from '../../../src/domain/testing/testResult.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const start = new Date('2027-03-01T00:00:00Z');
const later = (ms: number, from = start) => new Date(from.getTime() + ms);

type Before = { code: TestCode; at: Date } | null;
const next = (
  code: TestCode,
  { at = start, health = 'unchecked', before = null, retryAfterSeconds = 0, chance = 0.5 } = {} as {
    at?: Date;
    health?: Health;
    before?: Before;
    retryAfterSeconds?: number;
    chance?: number;
  },
) =>
  nextTest({
    code,
    at,
    health: healthAfter(code, health),
    intervalMs: 6 * HOUR,
    chance,
    before,
    retryAfterSeconds,
  });

describe('The pace of tests', () => {
  it('is the interval where the credential works, more or less a tenth', () => {
    expect(next('ok')).to.deep.equal(later(6 * HOUR));
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), (chance) => {
        const wait = (next('ok', { chance })?.getTime() ?? 0) - start.getTime();
        expect(wait).to.be.within(5.4 * HOUR, 6.6 * HOUR);
      }),
    );
  });

  it('pauses at once where one more try could lock the account', () => {
    for (const code of ['invalid_credential', 'expired', 'mfa_required'] as const)
      expect(next(code), code).to.equal(null);
    const others = TEST_CODES.filter(
      (code) => !['invalid_credential', 'expired', 'mfa_required'].includes(code),
    );
    for (const code of others) expect(next(code), code).to.be.an.instanceOf(Date);
  });

  it('stays paused while a test says nothing of the credential, and goes on after a success', () => {
    expect(next('rate_limited', { health: 'rejected' })).to.equal(null);
    expect(next('clock_skew', { health: 'rejected' })).to.equal(null);
    expect(next('ok', { health: 'rejected' })).to.deep.equal(later(6 * HOUR));
  });

  it('comes back soon to what could not be reached, then later and later, never later than the interval', () => {
    const waits: number[] = [];
    let at = start;
    let before: Before = { code: 'ok', at: later(-6 * HOUR) };
    for (let n = 0; n < 9; n += 1) {
      const due = next('unreachable', { at, before }) ?? at;
      waits.push((due.getTime() - at.getTime()) / MINUTE);
      before = { code: 'unreachable', at };
      at = due;
    }
    expect(waits).to.deep.equal([5, 10, 20, 40, 80, 160, 320, 360, 360]);
  });

  it('gives a service that asks for patience what it asks for', () => {
    expect(next('rate_limited', { retryAfterSeconds: 60 })).to.deep.equal(later(6 * HOUR));
    const asked = next('rate_limited', { retryAfterSeconds: DAY / 1000, chance: 0 });
    expect(asked?.getTime()).to.be.at.least(later(DAY).getTime());
  });

  it('begins within ten minutes for new values', () => {
    expect(firstTest(start, 0)).to.deep.equal(start);
    expect(firstTest(start, 0.999).getTime()).to.be.lessThan(later(10 * MINUTE).getTime());
  });

  it('never locks an account that closes after three bad logins, whatever happens in a month', () => {
    const outcome = fc.constantFrom<TestCode>(
      'ok',
      'invalid_credential',
      'unreachable',
      'rate_limited',
      'clock_skew',
    );
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 200, maxLength: 200 }), (outcomes) => {
        let at = start;
        let health: Health = 'unchecked';
        let before: Before = null;
        let bad = 0;
        for (const code of outcomes) {
          if (code === 'invalid_credential') bad += 1;
          const due = next(code, { at, health, before });
          if (due === null || due > later(30 * DAY)) break;
          health = healthAfter(code, health);
          before = { code, at };
          at = due;
        }
        expect(bad).to.be.at.most(1);
      }),
    );
  });

  it('is told by service type, by its names and aliases', () => {
    expect([...(testIntervals(' k8s=60, openai = 1440 ,') ?? [])]).to.deep.equal([
      ['kubernetes', 60],
      ['openai', 1440],
    ]);
    for (const wrong of [
      'proxmox',
      'proxmox=',
      'proxmox=4',
      'proxmox=6h',
      'nothing=60',
      'openai=-5',
      'openai=1e3',
    ])
      expect(testIntervals(wrong), wrong).to.equal(undefined);
  });
});
