import { expect } from 'chai';
import type { UnreachableReason } from '../../../src/adapters/vault/connection/client.js';
import {
  HANDLING,
  judge,
  judgeSilence,
  type Verdict,
} from '../../../src/adapters/vault/connection/statusMapping.js';

const errors = (...texts: string[]) => ({ errors: texts });
const removed = {
  data: { data: null, metadata: { deletion_time: '2025-01-01T00:00:00Z', destroyed: false } },
};

/** Status, body, what it means. Bodies as Vault 1.21 sends them. */
const TABLE: readonly (readonly [number, unknown, Verdict])[] = [
  [200, { data: {} }, 'ok'],
  [204, undefined, 'ok'],
  [400, errors('check-and-set parameter did not match the current version'), 'cas_mismatch'],
  [400, errors('check-and-set parameter required for this call'), 'refused'],
  [400, errors('invalid username or password'), 'refused'],
  [400, undefined, 'refused'],
  [401, undefined, 'denied'],
  [403, errors('permission denied'), 'denied'],
  [403, errors('2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'), 'denied'],
  [404, errors(), 'missing'],
  [404, undefined, 'missing'],
  [404, removed, 'gone'],
  [404, { data: { data: null, metadata: { deletion_time: '', destroyed: true } } }, 'gone'],
  [404, errors('no handler for route "nowhere/data/a". route entry not found.'), 'no_mount'],
  [405, errors('unsupported operation'), 'refused'],
  [412, errors('required index state not present'), 'not_yet'],
  [413, undefined, 'refused'],
  [429, errors('request path "x": rate limit quota exceeded'), 'busy'],
  [472, undefined, 'down'],
  [473, undefined, 'down'],
  [474, undefined, 'down'],
  [500, errors('internal error'), 'fault'],
  [500, errors('local node not active but active cluster node not found'), 'down'],
  [500, undefined, 'fault'],
  [501, undefined, 'down'],
  [502, undefined, 'fault'],
  [503, errors('Vault is sealed'), 'down'],
  [504, undefined, 'fault'],
  [530, undefined, 'down'],
];

describe('what an answer of Vault means', () => {
  for (const [status, body, verdict] of TABLE) {
    it(`${status} ${JSON.stringify(body)?.slice(0, 70) ?? 'without a body'}: ${verdict}`, () => {
      expect(judge({ status, body })).to.equal(verdict);
    });
  }

  it('is read from hostile bodies too', () => {
    for (const body of [
      null,
      7,
      'text',
      [],
      { errors: 'x' },
      { errors: [1, null] },
      { data: 1 },
      { data: { metadata: null } },
    ]) {
      for (const status of [400, 404, 500])
        expect(judge({ status, body })).to.be.oneOf(['refused', 'missing', 'fault']);
    }
  });

  it('takes a redirect for a standby, and any other silence for a fault', () => {
    expect(judgeSilence('redirect')).to.equal('down');
    const others: UnreachableReason[] = [
      'timeout',
      'connect',
      'reset',
      'tls',
      'too_large',
      'garbage',
      'aborted',
    ];
    for (const reason of others) expect(judgeSilence(reason)).to.equal('fault');
  });

  it('opens the breaker at once only where Vault itself says that it can not serve', () => {
    const opening = Object.entries(HANDLING).filter(([, handling]) => handling.breaker === 'opens');
    expect(opening.map(([verdict]) => verdict)).to.deep.equal(['down']);
  });

  it('leaves in doubt only what may have been done', () => {
    const doubtful = Object.entries(HANDLING).filter(([, handling]) => !handling.surelyNotApplied);
    expect(doubtful.map(([verdict]) => verdict)).to.deep.equal(['ok', 'fault']);
  });
});
