import { createHmac, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { type IdTokenRules, verifiedIdToken } from '../../../src/adapters/identity/oidc/idToken.js';
import { ID_TOKEN_ALGORITHMS, LoginFailure } from '../../../src/domain/people/issuer.js';
import { newKey, signed, type TokenKind } from '../../simulators/oidcIssuer.js';

const NOW = 1_800_000_000;
const keys = { RS256: newKey('RS256'), ES256: newKey('ES256'), EdDSA: newKey('EdDSA') };
const claims = {
  iss: 'https://issuer.lab',
  sub: 'anna',
  aud: 'broker',
  exp: NOW + 300,
  iat: NOW,
  nonce: 'n',
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const rulesOf = (alg: TokenKind, publicKey: KeyObject = keys[alg].publicKey): IdTokenRules => ({
  issuer: 'https://issuer.lab',
  clientId: 'broker',
  algorithms: [alg],
  nonce: 'n',
  now: NOW,
  keyFor: async (kid) => (kid === 'k' || kid === undefined ? publicKey : undefined),
});
const token = (alg: TokenKind, more: object = {}, header: object = {}) =>
  signed({ alg, kid: 'k', ...header }, { ...claims, ...more }, keys[alg].privateKey, alg);
const problemOf = async (text: unknown, rules = rulesOf('RS256')): Promise<string | null> => {
  try {
    await verifiedIdToken(text, rules);
    return null;
  } catch (error) {
    if (!(error instanceof LoginFailure)) throw error;
    expect(error.code).to.equal('rejected');
    return error.note.replace('ID token: ', '');
  }
};

describe('an ID token', () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
    it(`signed with ${alg} by the issuer is taken, and not with a key of another kind or owner`, async () => {
      expect(await verifiedIdToken(token(alg), rulesOf(alg))).to.deep.equal(claims);
      expect(await problemOf(token(alg), rulesOf(alg, newKey(alg).publicKey))).to.equal('signature');
      const text = token(alg);
      const [header, , signature] = text.split('.');
      const forged = `${header}.${part({ ...claims, sub: 'root' })}.${signature}`;
      expect(await problemOf(forged, rulesOf(alg))).to.equal('signature');
      const others = (['RS256', 'ES256', 'EdDSA'] as const).filter((other) => other !== alg);
      for (const other of others) expect(await problemOf(token(other), rulesOf(alg))).to.equal('algorithm');
      for (const other of others)
        expect(await problemOf(text, rulesOf(alg, keys[other].publicKey))).to.equal('signature');
    });
  }

  it('without a signature, or signed with a public key as if it were a password, is refused', async () => {
    expect(await problemOf(`${part({ alg: 'none' })}.${part(claims)}.`)).to.equal('algorithm');
    for (const alg of ['None', 'NONE', '', null, ['RS256'], 'HS256', 'HS512']) {
      const input = `${part({ alg, kid: 'k' })}.${part(claims)}`;
      const pem = keys.RS256.publicKey.export({ type: 'spki', format: 'pem' });
      const text = `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
      expect(await problemOf(text), String(alg)).to.equal('algorithm');
    }
    expect(ID_TOKEN_ALGORITHMS.filter((alg) => /^(none|HS)/i.test(alg))).to.deep.equal([]);
  });

  it('that brings its key, or names one that the issuer does not have, is refused', async () => {
    const jwk = keys.RS256.publicKey.export({ format: 'jwk' });
    for (const header of [
      { jwk },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/cert' },
      { x5c: ['MIIB'] },
      { crit: ['b64'], b64: false },
    ])
      expect(await problemOf(token('RS256', {}, header)), JSON.stringify(header)).to.equal('header');
    for (const kid of ['../../dev/null', "' or 1=1 --", 'k\0', 'other'])
      expect(await problemOf(token('RS256', {}, { kid })), kid).to.equal('unknown key');
    expect(await problemOf(token('RS256', {}, { kid: 7 }))).to.equal('key id');
    expect(await problemOf(token('RS256', {}, { kid: undefined }))).to.equal(null);
  });

  it('is for this client, of this issuer, of this login, and of now', async () => {
    const cases: [object, string | null][] = [
      [{ iss: 'https://issuer.lab/' }, 'issuer'],
      [{ iss: 'https://other.lab' }, 'issuer'],
      [{ iss: undefined }, 'issuer'],
      [{ aud: 'another client' }, 'audience'],
      [{ aud: [] }, 'audience'],
      [{ aud: undefined }, 'audience'],
      [{ aud: ['broker'] }, null],
      [{ aud: ['broker', 'other'] }, 'authorized party'],
      [{ aud: ['broker', 'other'], azp: 'other' }, 'authorized party'],
      [{ aud: ['broker', 'other'], azp: 'broker' }, null],
      [{ azp: 'other' }, 'authorized party'],
      [{ exp: undefined }, 'expired'],
      [{ exp: NOW - 61 }, 'expired'],
      [{ exp: NOW - 59 }, null],
      [{ exp: String(NOW + 300) }, 'expired'],
      [{ iat: undefined }, 'time of issue'],
      [{ iat: NOW + 61 }, 'time of issue'],
      [{ iat: NOW - 901 }, 'time of issue'],
      [{ nbf: NOW + 61 }, 'not valid yet'],
      [{ nonce: 'another' }, 'nonce'],
      [{ nonce: undefined }, 'nonce'],
      [{ nonce: ['n'] }, 'nonce'],
    ];
    for (const [more, problem] of cases)
      expect([more, await problemOf(token('RS256', more))]).to.deep.equal([more, problem]);
  });

  it('that is none at all is refused in the same way', async () => {
    for (const text of [
      undefined,
      null,
      7,
      {},
      '',
      'a',
      'a.b',
      'a.b.c',
      '..',
      `${part([])}.${part(claims)}.x`,
    ])
      expect(await problemOf(text)).to.match(/^no (ID|signed) token$/);
    expect(await problemOf('x'.repeat(70_000))).to.equal('no ID token');
    const five = `${part({ alg: 'RS256', kid: 'k' })}.a.b.c.d`;
    expect(await problemOf(five)).to.equal('no signed token');
  });
});
