import { expect } from 'chai';
import fc from 'fast-check';
import { HEALTHS } from '../../../src/domain/credentials/credential.js';
import { type HealthMark, healthByDay, uptime } from '../../../src/domain/testing/uptime.js';

const MINUTE = 60_000;
const at = (minute: number) => new Date(Date.UTC(2027, 2, 1) + minute * MINUTE);

/** Minute by minute: what was the last word then? */
function naive(marks: readonly HealthMark[], from: number, to: number): { up: number; checked: number } {
  let [up, checked] = [0, 0];
  for (let minute = from; minute < to; minute += 1) {
    const health = marks.filter((mark) => mark.at <= at(minute)).at(-1)?.health ?? 'unchecked';
    if (health !== 'unchecked') checked += 1;
    if (health === 'ok' || health === 'limited') up += 1;
  }
  return { up, checked };
}

describe('Uptime', () => {
  it('is time, not number of tests', () => {
    const marks: HealthMark[] = [
      { at: at(0), health: 'ok' },
      { at: at(60), health: 'unreachable' },
      { at: at(80), health: 'ok' },
    ];
    expect(uptime(marks, at(0), at(100))).to.deep.equal({ ratio: 0.8, checkedMs: 100 * MINUTE });
  });

  it('begins with what was true before, and leaves out what nobody checked', () => {
    const carried: HealthMark[] = [{ at: at(-5_000), health: 'rejected' }];
    expect(uptime(carried, at(0), at(10))).to.deep.equal({ ratio: 0, checkedMs: 10 * MINUTE });
    const late: HealthMark[] = [
      { at: at(90), health: 'limited' },
      { at: at(95), health: 'unchecked' },
    ];
    expect(uptime(late, at(0), at(100))).to.deep.equal({ ratio: 1, checkedMs: 5 * MINUTE });
    expect(uptime([], at(0), at(100))).to.deep.equal({ ratio: null, checkedMs: 0 });
  });

  it('is what counting minutes gives, whatever happened', () => {
    const mark = fc.record({
      minute: fc.integer({ min: -300, max: 300 }),
      health: fc.constantFrom(...HEALTHS),
    });
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 20 }), fc.integer({ min: 1, max: 250 }), (found, length) => {
        const marks = found
          .sort((a, b) => a.minute - b.minute)
          .map(({ minute, health }) => ({ at: at(minute), health }));
        const { up, checked } = naive(marks, 0, length);
        expect(uptime(marks, at(0), at(length))).to.deep.equal({
          ratio: checked === 0 ? null : up / checked,
          checkedMs: checked * MINUTE,
        });
      }),
    );
  });

  it('of days begins each where the one before ended, and names the worst health in it', () => {
    const day = 24 * 60;
    const marks: HealthMark[] = [
      { at: at(day), health: 'ok' },
      { at: at(day + 60), health: 'unreachable' },
      { at: at(day + 120), health: 'ok' },
    ];
    const days = healthByDay(marks, 3, at(3 * day));
    expect(days.map(({ from }) => from)).to.deep.equal([at(0), at(day), at(2 * day)]);
    expect(days.map(({ worst }) => worst)).to.deep.equal([null, 'unreachable', 'ok']);
    expect(days.map(({ ratio }) => ratio)).to.deep.equal([null, 23 / 24, 1]);
  });
});
