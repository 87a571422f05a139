import { expect } from 'chai';
import { rfc3339 } from '../../../src/cli/forms/when.js';

const now = new Date(2027, 0, 15, 10, 30, 0);
const at = (year: number, month: number, day: number, hour = 0, minute = 0) =>
  new Date(year, month, day, hour, minute).toISOString();

describe('A time on the command line', () => {
  it('may be a span: ahead for ends, back for beginnings', () => {
    expect(rfc3339('90d', 1, now)).to.equal(at(2027, 0, 105, 10, 30));
    expect(rfc3339('90d', -1, now)).to.equal(at(2027, 0, -75, 10, 30));
    expect(rfc3339('2w', 1, now)).to.equal(at(2027, 0, 29, 10, 30));
    expect(rfc3339('1d12h', 1, now)).to.equal(at(2027, 0, 16, 22, 30));
    expect(rfc3339('30m', -1, now)).to.equal(at(2027, 0, 15, 10, 0));
    expect(rfc3339('1y', 1, now)).to.equal(at(2028, 0, 15, 10, 30));
  });

  it('may be a date, with or without a time of day, local to this machine', () => {
    expect(rfc3339('2027-01-31', 1, now)).to.equal(at(2027, 0, 31));
    expect(rfc3339('2027-01-31 9:05', 1, now)).to.equal(at(2027, 0, 31, 9, 5));
    expect(rfc3339('2027-01-31T09:05', 1, now)).to.equal(at(2027, 0, 31, 9, 5));
  });

  it('may be a word', () => {
    expect(rfc3339('now', 1, now)).to.equal(now.toISOString());
    expect(rfc3339('Tomorrow', 1, now)).to.equal(at(2027, 0, 16));
    expect(rfc3339('tomorrow 9:00', 1, now)).to.equal(at(2027, 0, 16, 9));
    expect(rfc3339('yesterday', -1, now)).to.equal(at(2027, 0, 14));
  });

  it('goes as it is where it has a time zone', () => {
    expect(rfc3339('2027-01-31T00:00:00Z', 1, now)).to.equal('2027-01-31T00:00:00Z');
    expect(rfc3339('2027-01-31T00:00:00+02:00', 1, now)).to.equal('2027-01-31T00:00:00+02:00');
  });

  it('is refused with its forms where it is none of these', () => {
    for (const word of [
      '',
      'soon',
      '90',
      '90x',
      '2027-02-31',
      '2027-13-01',
      '31.01.2027',
      '2027-01-31 25:00',
      'd90',
    ])
      expect(() => rfc3339(word, 1, now), word).to.throw('must be a time such as 2027-01-31');
  });
});
