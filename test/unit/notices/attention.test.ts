import { expect } from 'chai';
import { HEALTHS } from '../../../src/domain/credentials/credential.js';
import { SERVICE_GROUPS } from '../../../src/domain/credentials/serviceGroups.js';
import { SERVICE_TYPES } from '../../../src/domain/credentials/serviceType.js';
import { attentionOf } from '../../../src/domain/notices/attention.js';
import { aCredential } from '../../support/worlds/aCredential.js';

const now = new Date('2027-01-01T00:00:00Z');
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

describe('attention', () => {
  it('is for the worst that an active credential needs attention for', () => {
    const cases: [Parameters<typeof aCredential>[0], string | null][] = [
      [{ health: 'ok' }, null],
      [{ health: 'unchecked' }, null],
      [{ health: 'ok', expiresAt: inDays(15) }, null],
      [{ health: 'ok', expiresAt: inDays(14) }, 'expiring'],
      [{ health: 'limited', expiresAt: inDays(1) }, 'health_limited'],
      [{ health: 'unreachable', expiresAt: inDays(1) }, 'health_unreachable'],
      [{ health: 'unreachable', expiresAt: inDays(-1) }, 'expired'],
      [{ health: 'rejected', expiresAt: inDays(-1) }, 'health_rejected'],
      [{ health: 'rejected', status: 'disabled' }, null],
      [{ health: 'rejected', status: 'deleted' }, null],
    ];
    for (const [change, code] of cases)
      expect(attentionOf(aCredential(change), null, now)?.code ?? null, JSON.stringify(change)).to.equal(
        code,
      );
  });

  it('says what the last test advised, or what its notice does', () => {
    const rejected = aCredential({ health: 'rejected' });
    expect(attentionOf(rejected, 'Make a new token.', now)?.text).to.equal('Make a new token.');
    for (const health of HEALTHS) {
      const text = attentionOf(aCredential({ health }), null, now)?.text ?? '.';
      expect(text).to.match(/\.$/);
    }
    const blocked = aCredential({ health: 'unreachable', lastTestCode: 'denied_by_policy' });
    expect(attentionOf(blocked, null, now)?.text).to.equal(
      'Ask the operator of the broker to allow the range.',
    );
  });

  it('has a group for every service, once', () => {
    expect(SERVICE_GROUPS.flatMap(({ types }) => [...types])).to.have.members(SERVICE_TYPES);
  });
});
