import { expect } from 'chai';
import {
  nextAttempt,
  type StoredNotice,
  severityIn,
  waitsUntil,
  wants,
} from '../../../src/domain/notices/channel.js';
import { countText, messageOf, textOf } from '../../../src/domain/notices/message.js';
import { NOTICE_KINDS } from '../../../src/domain/notices/notice.js';
import { isQuiet, leastSent } from '../../../src/domain/notices/quietHours.js';

const start = new Date('2027-03-01T00:00:00Z');
const HOUR = 3_600_000;
const notice = (change: Partial<StoredNotice> = {}): StoredNotice => ({
  id: '7f8ad0f2-6cf0-4d52-9d2c-0a2a6f6b4c11',
  kind: 'health_rejected',
  severity: 'critical',
  credentialId: null,
  recipient: 'local:anna',
  body: { credential: 'Lab', code: 'expired' },
  createdAt: start,
  ...change,
});

describe('A channel', () => {
  const all = { minSeverity: 'info' as const, kinds: [], labels: {}, team: null };
  const about = (labels: Record<string, string> = {}, ...teams: string[]) => ({ labels, teams });

  it('gets what is urgent enough, of its kinds, about credentials with its labels and of its team', () => {
    expect(wants(all, notice(), about())).to.equal(true);
    expect(wants({ ...all, minSeverity: 'critical' }, notice({ severity: 'warning' }), about())).to.equal(
      false,
    );
    expect(wants({ ...all, minSeverity: 'warning' }, notice(), about())).to.equal(true);
    expect(wants({ ...all, kinds: ['expiring'] }, notice(), about())).to.equal(false);
    expect(wants({ ...all, kinds: ['health_rejected'] }, notice(), about())).to.equal(true);
    const red = { ...all, labels: { team: 'red' } };
    expect(wants(red, notice(), about({ team: 'red', site: 'lab' }))).to.equal(true);
    expect(wants(red, notice(), about({ team: 'blue' }))).to.equal(false);
    expect(wants(red, notice(), about())).to.equal(false);
    const ofRed = { ...all, team: 'red' };
    expect(wants(ofRed, notice(), about({}, 'blue', 'red'))).to.equal(true);
    expect(wants(ofRed, notice(), about({ team: 'red' }, 'blue'))).to.equal(false);
  });

  it('knows the severity of notices that were put without one', () => {
    expect(severityIn('break_glass', {})).to.equal('critical');
    expect(severityIn('expiring', { severity: 'info' })).to.equal('info');
    expect(severityIn('something_else', { severity: 'loud' })).to.equal('info');
  });

  it('is tried again later and later, no later than an hour', () => {
    const waits = Array.from({ length: 40 }, (_, n) => {
      return (nextAttempt(n + 1, 0.5, start).getTime() - start.getTime()) / 1000;
    });
    expect(waits.slice(0, 9)).to.deep.equal([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    expect(waits.at(-1)).to.equal(3600);
  });

  it('waits when it was sent six messages within the hour, until the first of them is an hour old', () => {
    expect(waitsUntil({ count: 5, oldest: start })).to.equal(null);
    expect(waitsUntil({ count: 6, oldest: start })).to.deep.equal(new Date(start.getTime() + HOUR));
  });

  describe('is quiet by the clock on the wall', () => {
    const night = { from: '22:00', to: '07:00', timezone: 'Europe/Berlin', letThrough: 'critical' as const };
    const quietAt = (moment: string, hours = night) => isQuiet(hours, new Date(moment));

    it('over midnight, the first minute in, the last one out', () => {
      const told = ['20:59', '21:00', '23:00', '03:00', '05:59', '06:00'].map((time) =>
        quietAt(`2027-01-15T${time}:00Z`),
      );
      expect(told).to.deep.equal([false, true, true, true, true, false]);
    });

    it('in summer an hour earlier than in winter', () => {
      expect(quietAt('2027-07-15T20:00:00Z')).to.equal(true);
      expect(quietAt('2027-01-15T20:00:00Z')).to.equal(false);
      expect(quietAt('2027-07-15T05:00:00Z')).to.equal(false);
      expect(quietAt('2027-01-15T05:00:00Z')).to.equal(true);
    });

    it('until what comes next where the clock leaves its end out, and twice where it repeats an hour', () => {
      // On 28 March 2027 two o'clock is three; on 31 October 2027 three o'clock is two.
      const early = { ...night, from: '01:00', to: '02:30' };
      const spring = ['00:59', '01:00'].map((time) => quietAt(`2027-03-28T${time}:00Z`, early));
      expect(spring).to.deep.equal([true, false]);
      const autumn = ['00:15', '00:45', '01:15', '01:45'].map((time) =>
        quietAt(`2027-10-31T${time}:00Z`, early),
      );
      expect(autumn).to.deep.equal([true, false, true, false]);
    });

    it('but for what is urgent enough', () => {
      const midnight = new Date('2027-01-15T23:00:00Z');
      expect(leastSent(night, midnight)).to.equal('critical');
      expect(leastSent({ ...night, letThrough: null }, midnight)).to.equal(null);
      expect(leastSent(night, new Date('2027-01-15T12:00:00Z'))).to.equal('info');
      expect(leastSent(null, midnight)).to.equal('info');
    });
  });
});

describe('A message', () => {
  it('of one notice says all in its subject', () => {
    const { subject, severity } = messageOf('1', [notice()]);
    expect(severity).to.equal('critical');
    expect(subject).to.match(/^\[critical\] “Lab” is refused by its service \(expired\)/);
  });

  it('of many is one digest, the most urgent first', () => {
    const many = [
      notice({ kind: 'unused', severity: 'info', body: { credential: 'A', days: 90 } }),
      notice(),
      notice({ kind: 'expiring', severity: 'warning', body: { credential: 'C', days_left: 7 } }),
    ];
    const message = messageOf('1', many);
    expect(message.subject).to.equal('[critical] 3 notices about credentials, 1 critical');
    expect(message.notices.map(({ notice: n }) => n.severity)).to.deep.equal(['critical', 'warning', 'info']);
  });

  it('of more than twenty counts them by kind and severity, names the most urgent, and tells where the rest is', () => {
    const named = Array.from({ length: 20 }, (_, n) => notice({ id: String(n) }));
    const message = messageOf('1', named, [
      { kind: 'unused', severity: 'info', count: 9_000 },
      { kind: 'health_rejected', severity: 'critical', count: 1_000 },
    ]);
    expect(message.subject).to.equal('[critical] 10000 notices about credentials, 1000 critical');
    expect(message.notices).to.have.length(20);
    expect(message.counts.map(countText)).to.deep.equal(['1000 × refused by the service', '9000 × not used']);
    expect(message.rest).to.match(/^9980 more: .*GET \/api\/notifications\?open=true$/);
    expect(messageOf('1', named).rest).to.equal('');
  });

  it('tells of a kind that only a newer version knows', () => {
    const text = textOf({ kind: 'something_new', body: { credential: 'Lab' } });
    expect(text).to.equal('“Lab”: something new.');
  });

  it('has a sentence for every kind, and no line end in it, whatever the facts hold', () => {
    for (const kind of NOTICE_KINDS) {
      const text = textOf({ kind, body: { credential: 'a\r\nBcc: x', actor: 'b\nc', reason: 'd\u2028e' } });
      expect(text, kind).to.match(/^[^\r\n\u2028]{10,}$/);
    }
  });
});
