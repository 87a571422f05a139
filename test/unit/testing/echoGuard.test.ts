import { expect } from 'chai';
import { Secret } from '../../../src/domain/secret.js';
import type { OutboundRequest } from '../../../src/domain/testing/outbound.js';
import { EchoGuard } from '../../../src/usecases/testing/echoGuard.js';

const url = new URL('https://host.example/');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What a host can say of itself once it has heard that request. */
function said(
  request: Partial<OutboundRequest>,
  words: string,
  secrets: Record<string, Secret> = {},
): string {
  const guard = new EchoGuard({ settings: {}, secrets });
  guard.sent({ method: 'GET', url, ...request });
  return guard.answer({ status: 200, statusText: '', headers: {}, body: words }).body;
}

describe('what was sent to prove us comes back as a mask', () => {
  const cases: readonly (readonly [string, Partial<OutboundRequest>, string])[] = [
    [
      'a bearer token got on the way',
      { headers: { authorization: 'Bearer got-on-the-way' } },
      'got-on-the-way',
    ],
    [
      'user and password',
      { headers: { authorization: `Basic ${base64('ann:pass-word')}` } },
      base64('ann:pass-word'),
    ],
    ['a password decoded', { headers: { authorization: `Basic ${base64('ann:pass-word')}` } }, 'pass-word'],
    ['a cookie', { headers: { cookie: 'a=1; PVEAuthCookie=PVE%3Aticket-1' } }, 'PVE:ticket-1'],
    [
      'a signature',
      { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=A, Signature=0123456789ab' } },
      '0123456789ab',
    ],
    ['a key header', { headers: { 'X-Api-Key': 'key-header-1' } }, 'key-header-1'],
    [
      'an assertion',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'assertion=header.body.sig' },
      'header.body.sig',
    ],
  ];
  for (const [what, request, word] of cases)
    it(what, () => expect(said(request, `so ${word} it is`)).to.equal('so [secret] it is'));

  it('but not what only says how or where', () => {
    const headers = { 'x-tenant-id': 'tenant-one-two', 'content-type': 'application/json' };
    expect(said({ headers }, 'tenant-one-two application/json')).to.equal('tenant-one-two application/json');
  });

  it('and a header of any name, when a secret is in it', () => {
    const secrets = { key: new Secret('the-key-itself') };
    expect(said({ headers: { 'x-odd': 'v1.the-key-itself.x' } }, 'v1.the-key-itself.x', secrets)).to.equal(
      '[secret]',
    );
  });

  it('leaves cookies that are only sent back, and masks all that is told', () => {
    const guard = new EchoGuard({ settings: {}, secrets: { password: new Secret('pw-7') } });
    guard.sent({ method: 'GET', url, headers: { cookie: 's=session-1' } });
    const cookie = { 'set-cookie': ['s=session-1; Path=/'] };
    expect(guard.answer({ status: 200, statusText: '', headers: cookie, body: '' }).headers).to.deep.equal(
      cookie,
    );
    const shown = { fingerprintSha256: 'AA', subject: 'pw-7', issuer: 'x', validFrom: '', validTo: '' };
    const told = guard.finding({
      code: 'ok',
      advice: 'Signed in as pw-7.',
      identity: 'pw-7',
      warnings: [{ code: 'no_acl', text: 'for pw-7' }],
      certificate: shown,
    });
    expect(JSON.stringify(told)).to.not.include('pw-7');
    expect(told.advice).to.equal('Signed in as [secret].');
  });
});
