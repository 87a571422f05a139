import { expect } from 'chai';
import { htmlOf, plainOf } from '../../../src/adapters/notify/mailText.js';
import type { StoredNotice } from '../../../src/domain/notices/channel.js';
import { messageOf } from '../../../src/domain/notices/message.js';
import { NOTICE_KINDS } from '../../../src/domain/notices/notice.js';
import { detailsOf } from '../../../src/domain/notices/noticeDetails.js';

function notice(more: Partial<StoredNotice>): StoredNotice {
  return {
    id: '1',
    kind: 'health_rejected',
    severity: 'critical',
    credentialId: 'c',
    recipient: 'local:anna',
    body: { credential: 'Lab', code: 'expired', since: '2027-03-08T06:05:00.000Z' },
    createdAt: new Date('2027-03-09T10:00:00Z'),
    ...more,
  };
}
const plain = (more: Partial<StoredNotice>) => plainOf(messageOf('1', [notice(more)]));

describe('The mail of a notice', () => {
  it('names the owner, since when, and what to do', () => {
    const text = plain({});
    expect(text).to.contain(
      '  Owner: local:anna\n  Since: 2027-03-08 06:05 UTC\n  What to do: Store the value',
    );
    const html = htmlOf(messageOf('1', [notice({})]));
    expect(html).to.contain('Owner: local:anna<').and.contain('What to do: Store the value');
    expect(html).to.contain('nowrap">2027-03-08 06:05 UTC<');
  });

  for (const [kind, body, since] of [
    ['expired', { expires_at: '2027-03-01T00:00:00.000Z' }, '2027-03-01 00:00 UTC'],
    ['rotation_overdue', { due_at: '2027-02-01T00:00:00.000Z' }, '2027-02-01 00:00 UTC'],
    ['never_tested', { created_at: '2027-01-01T08:30:00.000Z' }, '2027-01-01 08:30 UTC'],
    ['missing', {}, '2027-03-09 10:00 UTC'],
  ] as const)
    it(`says since when it is ${kind}`, () => {
      expect(plain({ kind, body })).to.contain(`Since: ${since}\n`);
    });

  for (const since of [undefined, '', 7, 'yesterday', null])
    it(`says no moment that it does not know: ${JSON.stringify(since)}`, () => {
      expect(plain({ body: { credential: 'Lab', since } })).to.not.contain('Since:');
    });

  it('names no owner where its reader is none', () => {
    for (const [kind, recipient] of [
      ['offer', 'team:red'],
      ['grant_ending', 'sa:robot'],
      ['tasks_stopped', 'admins'],
      ['a_newer_kind', 'local:x'],
    ] as const)
      expect(plain({ kind, recipient, body: {} }), kind).to.not.contain('Owner:');
  });

  it('sends what the network policy keeps from a test to the operator', () => {
    const body = { credential: 'Lab', code: 'denied_by_policy', since: '2027-03-08T06:05:00.000Z' };
    expect(plain({ kind: 'health_unreachable', body })).to.match(/What to do: Ask the operator/);
    expect(plain({ kind: 'health_unreachable', body: { ...body, code: 'timeout' } })).to.match(
      /What to do: Check that the service runs/,
    );
  });

  it('holds no line of a principal and no mark-up of it, for any kind', () => {
    for (const kind of NOTICE_KINDS) {
      const odd = notice({ kind, recipient: 'a\r\nBcc: x\u2028<b>' });
      for (const { text } of detailsOf(odd)) expect(text, kind).to.match(/^[^\r\n\u2028]+$/);
      expect(htmlOf(messageOf('1', [odd])), kind).to.not.contain('<b>');
    }
  });
});
