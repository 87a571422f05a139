import { expect } from 'chai';
import { nextAttempt, type PutNotice, severityIn, wants } from '../../src/domain/channel.js';
import { messageOf, textOf } from '../../src/domain/message.js';
import { NOTICE_KINDS } from '../../src/domain/notice.js';

const start = new Date('2027-03-01T00:00:00Z');
const HOUR = 3_600_000;
const notice = (change: Partial<PutNotice> = {}): PutNotice => ({
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
  const all = { minSeverity: 'info' as const, kinds: [], labels: {} };

  it('gets what is urgent enough, of its kinds, about credentials with its labels', () => {
    expect(wants(all, notice(), {})).to.equal(true);
    expect(wants({ ...all, minSeverity: 'critical' }, notice({ severity: 'warning' }), {})).to.equal(false);
    expect(wants({ ...all, minSeverity: 'warning' }, notice(), {})).to.equal(true);
    expect(wants({ ...all, kinds: ['expiring'] }, notice(), {})).to.equal(false);
    expect(wants({ ...all, kinds: ['health_rejected'] }, notice(), {})).to.equal(true);
    const red = { ...all, labels: { team: 'red' } };
    expect(wants(red, notice(), { team: 'red', site: 'lab' })).to.equal(true);
    expect(wants(red, notice(), { team: 'blue' })).to.equal(false);
    expect(wants(red, notice(), {})).to.equal(false);
  });

  it('knows the severity of notices that were put without one', () => {
    expect(severityIn('break_glass', {})).to.equal('critical');
    expect(severityIn('expiring', { severity: 'info' })).to.equal('info');
    expect(severityIn('something_else', { severity: 'loud' })).to.equal('info');
  });

  it('is tried again later and later, no later than an hour, and given up after three days', () => {
    let now = start;
    const waits: number[] = [];
    for (let attempts = 1; attempts < 1000; attempts += 1) {
      const next = nextAttempt({ attempts, since: start, chance: 0.5 }, now);
      if (next === null) break;
      waits.push((next.getTime() - now.getTime()) / 1000);
      now = next;
    }
    expect(waits.slice(0, 9)).to.deep.equal([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    expect((now.getTime() - start.getTime()) / HOUR).to.be.within(72, 73);
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

  it('has a sentence for every kind, and no line end in it, whatever the facts hold', () => {
    for (const kind of NOTICE_KINDS) {
      const text = textOf({ kind, body: { credential: 'a\r\nBcc: x', actor: 'b\nc', reason: 'd\u2028e' } });
      expect(text, kind).to.match(/^[^\r\n\u2028]{10,}$/);
    }
  });
});
