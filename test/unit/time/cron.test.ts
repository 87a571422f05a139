import { expect } from 'chai';
import fc from 'fast-check';
import { cronProblem, nextDue } from '../../../src/domain/time/cron.js';

const berlin = (expression: string) => ({ expression, timezone: 'Europe/Berlin' });
const utc = (expression: string) => ({ expression, timezone: 'UTC' });

/** The next moments after a first one, as ISO texts up to the minute. */
function dues(schedule: { expression: string; timezone: string }, after: string, many: number): string[] {
  const found: string[] = [];
  let last = new Date(after);
  for (let n = 0; n < many; n += 1) {
    last = nextDue(schedule, last);
    found.push(last.toISOString().slice(0, 16));
  }
  return found;
}

describe('A cron schedule', () => {
  it('whose time is left out in spring is due in the first minute that there is', () => {
    // 2027-03-28: 02:00 becomes 03:00 (01:00 UTC).
    expect(dues(berlin('30 2 * * *'), '2027-03-26T12:00:00Z', 3)).to.deep.equal([
      '2027-03-27T01:30',
      '2027-03-28T01:00',
      '2027-03-29T00:30',
    ]);
    expect(dues(berlin('*/15 2 * * *'), '2027-03-27T12:00:00Z', 2)).to.deep.equal([
      '2027-03-28T01:00',
      '2027-03-29T00:00',
    ]);
    expect(dues(berlin('0 2,3 * * *'), '2027-03-27T12:00:00Z', 2)).to.deep.equal([
      '2027-03-28T01:00',
      '2027-03-29T00:00',
    ]);
  });

  it('whose time comes twice in autumn is due the first time only', () => {
    // 2027-10-31: 03:00 (01:00 UTC) becomes 02:00.
    expect(dues(berlin('30 2 * * *'), '2027-10-30T12:00:00Z', 2)).to.deep.equal([
      '2027-10-31T00:30',
      '2027-11-01T01:30',
    ]);
    expect(dues(berlin('0 * * * *'), '2027-10-30T23:30:00Z', 3)).to.deep.equal([
      '2027-10-31T00:00',
      '2027-10-31T02:00',
      '2027-10-31T03:00',
    ]);
  });

  it('follows clocks of half an hour, and a day that there never was', () => {
    const lordHowe = { expression: '15 2 * * *', timezone: 'Australia/Lord_Howe' };
    expect(dues(lordHowe, '2027-10-02T00:00:00Z', 1)).to.deep.equal(['2027-10-02T15:30']);
    const apia = { expression: '0 12 30 12 *', timezone: 'Pacific/Apia' };
    expect(dues(apia, '2011-12-29T00:00:00Z', 1)).to.deep.equal(['2011-12-30T10:00']);
  });

  it('is read as POSIX has it, with steps and names', () => {
    expect(dues(utc('0 6 1 * mon'), '2027-03-01T06:00:00Z', 2)).to.deep.equal([
      '2027-03-08T06:00',
      '2027-03-15T06:00',
    ]);
    expect(dues(utc('0 0 29 feb *'), '2097-01-01T00:00:00Z', 1)).to.deep.equal(['2104-02-29T00:00']);
    expect(dues(utc('10-30/10,59 23 * * 7'), '2027-03-01T00:00:00Z', 5)).to.deep.equal([
      '2027-03-07T23:10',
      '2027-03-07T23:20',
      '2027-03-07T23:30',
      '2027-03-07T23:59',
      '2027-03-14T23:10',
    ]);
    expect(dues(utc('5/20 0 * * *'), '2027-03-01T00:00:00Z', 3)).to.deep.equal([
      '2027-03-01T00:05',
      '2027-03-01T00:25',
      '2027-03-01T00:45',
    ]);
  });

  it('that cannot be meant is told with the field and the rule', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['99 6 * * *', /minute of 0 to 59, and not "99"/],
      ['0 24 * * *', /hour of 0 to 23/],
      ['0 6 31 2 *', /a day that exists/],
      ['0 6 0 * *', /day of the month of 1 to 31/],
      ['0 6 * foo *', /month of 1 to 12, and not "foo"/],
      ['0 6 * * 8', /day of the week of 0 to 7/],
      ['0 6 * * 5-2', /day of the week/],
      ['*/0 6 * * *', /minute/],
      ['0 6 * *', /five fields/],
      ['0 0 6 * * *', /five fields/],
    ];
    for (const [expression, problem] of wrong) expect(cronProblem(expression), expression).to.match(problem);
    for (const fine of ['0 6 * * 1', '*/5 * * * *', '20 3 29 2 *', '0 6 31 2 1'])
      expect(cronProblem(fine), fine).to.equal(undefined);
  });

  it('is always due after the moment it is asked for, and never twice in one', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2032, 0, 1) });
    fc.assert(
      fc.property(minute, fc.integer({ min: 0, max: 23 }), moment, (at, hour, ms) => {
        const after = new Date(ms);
        const schedule = berlin(`${at} ${hour} * * *`);
        const due = nextDue(schedule, after);
        const wait = due.getTime() - after.getTime();
        expect(wait).to.be.within(1, 26 * 3_600_000);
        // Asked again just before, the answer is the same: nothing lies between.
        expect(nextDue(schedule, new Date(due.getTime() - 1))).to.deep.equal(due);
      }),
    );
  });
});
