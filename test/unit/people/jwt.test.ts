import { createHmac, createSecretKey, generateKeyPairSync, sign as signOf } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { createTokenVerifier } from '../../../src/adapters/identity/verifyToken.js';
import { BrokerError } from '../../../src/domain/errors.js';
import { identify } from '../../../src/http/authenticate.js';
import { errorHandler } from '../../../src/http/problem.js';
import type { TokenSigner } from '../../../src/ports/vault.js';
import { type Listener, listen } from '../../support/services/listener.js';

const KEY = 'k'.repeat(40);
const OLD_KEY = 'o'.repeat(40);
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const kid = 'broker-tokens-v1';
const HOSTILE_KIDS = ['../../etc/passwd', "' or 1=1 --", `${kid}\0`, '', '__proto__'];
const keyOf = (name: string) => ({
  ...pair.publicKey.export({ format: 'jwk' }),
  kid: name,
  alg: 'ES256',
  use: 'sig',
});
// The key is there under hostile names too: only that nobody may ask by them keeps their tokens out.
const signer: TokenSigner = {
  sign: async () => '',
  publicKeys: async () => [kid, ...HOSTILE_KIDS].map(keyOf),
  reload: async () => undefined,
};
// Told, since other suites may run between here and the verifying.
const NOW = new Date('2027-03-01T00:00:00Z');
const clock = { now: () => NOW };
const keys = [KEY, OLD_KEY].map((key) => createSecretKey(Buffer.from(key)));
const verify = createTokenVerifier(signer, () => keys, clock);

const soon = () => NOW.getTime() / 1000 + 300;
const glassdome = { sub: '7', username: 'eve', email: 'e@lab.example', role: 'engineer', level: 50 };
const broker = {
  iss: 'glassdome-broker',
  aud: 'glassdome-broker',
  sub: 'local:anna',
  name: 'anna',
  kind: 'user',
  role: 'admin',
  sid: '11111111-2222-4333-8444-555555555555',
  iat: NOW.getTime() / 1000 - 60,
};
const robot = { ...broker, sub: 'sa:1', kind: 'service_account', role: 'engineer' };
/** By hand, since the library makes no bad ones. What is undefined is left out. */
const raw = (header: object, payload: string, sign: (input: string) => string) => {
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${sign(input)}`;
};
const whole = (claims: object) => JSON.stringify({ exp: soon(), ...claims });
const mac = (key: string) => (input: string) => createHmac('sha256', key).update(input).digest('base64url');
const signed = (input: string) =>
  signOf('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
const sealed = (input: string) => signed(input).toString('base64url');
const ours = { alg: 'ES256', typ: 'at+jwt', kid };
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const hs = (claims: object, key = KEY, header: object = {}) =>
  raw({ alg: 'HS256', typ: 'JWT', ...header }, whole(claims), mac(key));
const es = (claims: object, header: object = {}) => raw({ ...ours, ...header }, whole(claims), sealed);

/**
 * Each attack beside the token that it was made of, which is good: so a refusal is of the attack and of nothing else.
 */
const ATTACKS: Record<string, { refused: string; good: string }> = {
  'no signature, alg none, in the form of Glassdome': {
    refused: raw({ alg: 'none' }, whole(glassdome), () => ''),
    good: raw({ alg: 'HS256' }, whole(glassdome), mac(KEY)),
  },
  'no signature, alg none, in the form of ours': {
    refused: raw({ ...ours, alg: 'none' }, whole(broker), () => ''),
    good: raw(ours, whole(broker), sealed),
  },
  'no signature under a good header': {
    refused: raw(ours, whole(broker), () => ''),
    good: raw(ours, whole(broker), sealed),
  },
  'HS256 with the public key as secret, in the form of ours': {
    refused: raw({ ...ours, alg: 'HS256' }, whole(broker), mac(pem)),
    good: raw(ours, whole(broker), sealed),
  },
  'HS256 with the public key as secret, in the form of Glassdome': {
    refused: raw({ alg: 'HS256' }, whole(glassdome), mac(pem)),
    good: raw({ alg: 'HS256' }, whole(glassdome), mac(KEY)),
  },
  'claims of ours by the key of Glassdome': {
    refused: raw({ alg: 'HS256' }, whole(broker), mac(KEY)),
    good: raw(ours, whole(broker), sealed),
  },
  'claims of Glassdome by a key of ours': {
    refused: raw(ours, whole(glassdome), sealed),
    good: raw({ alg: 'HS256' }, whole(glassdome), mac(KEY)),
  },
  'HS256 that names a kid of ours': { refused: hs(glassdome, KEY, { kid }), good: hs(glassdome) },
  'a foreign key': { refused: hs(glassdome, 'x'.repeat(40)), good: hs(glassdome) },
  'the key published in the source of Glassdome': {
    refused: hs(glassdome, 'change-this-in-production-use-openssl-rand-hex-32'),
    good: hs(glassdome),
  },
  'an unknown kid': { refused: es(broker, { kid: 'broker-tokens-v2' }), good: es(broker) },
  'no kid': { refused: es(broker, { kid: undefined }), good: es(broker) },
  ...Object.fromEntries(
    HOSTILE_KIDS.map((name) => [
      `the kid ${JSON.stringify(name)}`,
      { refused: es(broker, { kid: name }), good: es(broker) },
    ]),
  ),
  ...Object.fromEntries(
    ['jku', 'x5u'].map((name) => [
      `a key from ${name}`,
      { refused: es(broker, { [name]: 'https://evil.example/keys' }), good: es(broker) },
    ]),
  ),
  'a key in jwk': { refused: es(broker, { jwk: keyOf(kid) }), good: es(broker) },
  'a certificate in x5c': { refused: es(broker, { x5c: ['MIIB'] }), good: es(broker) },
  'an unknown crit': { refused: es(broker, { crit: ['x'], x: 1 }), good: es(broker) },
  'a signature of zeros (r = s = 0)': {
    refused: raw(ours, whole(broker), () => Buffer.alloc(64).toString('base64url')),
    good: raw(ours, whole(broker), sealed),
  },
  'a signature that is too short': {
    refused: raw(ours, whole(broker), (input) => signed(input).subarray(0, 63).toString('base64url')),
    good: raw(ours, whole(broker), sealed),
  },
  'a signature of another token': {
    refused: raw(ours, whole({ ...broker, role: 'observer' }), () => es(broker).split('.')[2] ?? ''),
    good: raw(ours, whole({ ...broker, role: 'observer' }), sealed),
  },
  'a payload that is no JSON': {
    refused: raw({ alg: 'HS256' }, 'not json', mac(KEY)),
    good: raw({ alg: 'HS256' }, whole(glassdome), mac(KEY)),
  },
  expired: { refused: hs({ ...glassdome, exp: soon() - 301 }), good: hs(glassdome) },
  'expired, of ours': { refused: es({ ...broker, exp: soon() - 301 }), good: es(broker) },
  'no exp': { refused: hs({ ...glassdome, exp: undefined }), good: hs(glassdome) },
  'no exp, of ours': { refused: es({ ...broker, exp: undefined }), good: es(broker) },
  'nbf in the future': {
    refused: hs({ ...glassdome, nbf: soon() - 200 }),
    good: hs({ ...glassdome, nbf: soon() - 301 }),
  },
  'nbf in the future, of ours': { refused: es({ ...broker, nbf: soon() - 200 }), good: es(broker) },
  'iat in the future': {
    refused: hs({ ...glassdome, iat: soon() - 200 }),
    good: hs({ ...glassdome, iat: soon() - 301 }),
  },
  'iat in the future, of ours': { refused: es({ ...broker, iat: soon() - 200 }), good: es(broker) },
  ...Object.fromEntries(
    ['x', '', null, true, {}, [1]].map((iat) => [
      `iat of ${JSON.stringify(iat)}`,
      { refused: hs({ ...glassdome, iat }), good: hs(glassdome) },
    ]),
  ),
  'an iat of text, of ours': { refused: es({ ...broker, iat: 'x' }), good: es(broker) },
  'no iat, of ours': { refused: es({ ...broker, iat: undefined }), good: es(broker) },
  'a life of a year, of ours': { refused: es({ ...broker, exp: soon() + 365 * 86_400 }), good: es(broker) },
  'a life of a second too much, of ours': {
    refused: es({ ...broker, exp: broker.iat + 601 }),
    good: es({ ...broker, exp: broker.iat + 600 }),
  },
  'a life without an end, of ours': {
    refused: raw(ours, JSON.stringify({ ...broker, exp: 0 }).replace('"exp":0', '"exp":1e999'), sealed),
    good: es(broker),
  },
  'a life of a year, of a service account': { refused: es({ ...robot, exp: soon() + 1e7 }), good: es(robot) },
  'no iat, of a service account': { refused: es({ ...robot, iat: undefined }), good: es(robot) },
  'a service account with the role admin': { refused: es({ ...robot, role: 'admin' }), good: es(robot) },
  'a service account with the role architect': {
    refused: es({ ...robot, role: 'architect' }),
    good: es(robot),
  },
  'another audience': { refused: es({ ...broker, aud: 'other' }), good: es(broker) },
  'no audience': { refused: es({ ...broker, aud: undefined }), good: es(broker) },
  'of Glassdome, for an audience': { refused: hs({ ...glassdome, aud: 'invite' }), good: hs(glassdome) },
  'another issuer': { refused: es({ ...broker, iss: 'other' }), good: es(broker) },
  'no issuer': { refused: es({ ...broker, iss: undefined }), good: es(broker) },
  'ours, but not an access token': { refused: es(broker, { typ: 'JWT' }), good: es(broker) },
  'ours, of no type': { refused: es(broker, { typ: undefined }), good: es(broker) },
  'of Glassdome, but of another type': {
    refused: hs(glassdome, KEY, { typ: 'refresh+jwt' }),
    good: hs(glassdome),
  },
  'a person without a login': { refused: es({ ...broker, sid: undefined }), good: es(broker) },
  'a person with the principal of a service account': {
    refused: es({ ...broker, sub: 'sa:1' }),
    good: es(robot),
  },
  'a service account with the principal of a person': {
    refused: es({ ...broker, kind: 'service_account' }),
    good: es(broker),
  },
  'a principal of another issuer': { refused: es({ ...broker, sub: 'glassdome:1' }), good: es(broker) },
  'level as text': { refused: hs({ ...glassdome, level: '50' }), good: hs(glassdome) },
  'no level': { refused: hs({ ...glassdome, level: undefined }), good: hs(glassdome) },
  'a level below every role': {
    refused: hs({ ...glassdome, level: 24 }),
    good: hs({ ...glassdome, level: 25 }),
  },
  'a sub that is no number': { refused: hs({ ...glassdome, sub: 'root' }), good: hs(glassdome) },
  'no sub': { refused: hs({ ...glassdome, sub: undefined }), good: hs(glassdome) },
  'an unknown role': { refused: hs({ ...glassdome, role: 'root' }), good: hs(glassdome) },
  '1 MB': {
    refused: hs({ ...glassdome, email: 'a'.repeat(1 << 20) }),
    good: hs({ ...glassdome, email: 'a'.repeat(1 << 10) }),
  },
};

describe('tokens that must be refused', () => {
  for (const [name, { refused, good }] of Object.entries(ATTACKS)) {
    it(name, async () => {
      const error = await verify(refused).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(BrokerError);
      expect((error as BrokerError).code).to.equal('unauthenticated');
      expect((await verify(good)).principal, 'without the attack').to.match(
        /^(glassdome:7|local:anna|sa:1)$/,
      );
    });
  }
});

describe('how a token is sent', () => {
  const route = { auth: 'token' } as const;
  const identity = {
    verifyToken: verify,
    auditLog: { countRefusal: () => undefined, record: async () => undefined },
    addresses: { seen: () => undefined },
  };
  let server: Listener;
  before(async () => {
    const app = express();
    app.get('/', identify(identity, route), (_request, response) => void response.sendStatus(204));
    app.use(errorHandler({ info: () => undefined, warn: () => undefined, error: () => undefined }));
    server = await listen(app);
  });
  after(() => server.close());

  /** By hand: clients of a higher level join what is sent twice. */
  const statusOf = (lines: readonly string[], path = '/') =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(server.address);
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          [`GET ${path} HTTP/1.1`, 'Host: broker', 'Connection: close', ...lines, '', ''].join('\r\n'),
        ),
      );
      let answer = '';
      socket.on('data', (chunk) => {
        answer += String(chunk);
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(Number(answer.split(' ')[1])));
    });
  const token = () => es(broker);

  it('once, in the header: taken', async () => {
    expect(await statusOf([`Authorization: Bearer ${token()}`])).to.equal(204);
  });
  it('in two headers, the good one first or last, or in one header twice: refused', async () => {
    const [good, bad] = [`Authorization: Bearer ${token()}`, 'Authorization: Bearer a.b.c'];
    expect(await statusOf([good, bad])).to.equal(401);
    expect(await statusOf([bad, good])).to.equal(401);
    expect(await statusOf([good, good])).to.equal(401);
    expect(await statusOf([`${good}, Bearer a.b.c`])).to.equal(401);
  });
  it('in the address, in a cookie, or under another scheme: refused', async () => {
    for (const name of ['access_token', 'token', 'authorization'])
      expect(await statusOf([], `/?${name}=${token()}`)).to.equal(401);
    expect(await statusOf([`Cookie: access_token=${token()}`])).to.equal(401);
    expect(await statusOf([`Authorization: Basic ${token()}`])).to.equal(401);
    expect(await statusOf([`Proxy-Authorization: Bearer ${token()}`])).to.equal(401);
  });
  it('with 1 MB: refused before anybody looks at it', async () => {
    expect(await statusOf([`Authorization: Bearer ${'a'.repeat(1 << 20)}`])).to.equal(431);
  });
});

describe('tokens that are good', () => {
  it('of Glassdome, by both keys during a change', async () => {
    const caller = {
      kind: 'user',
      principal: 'glassdome:7',
      name: 'eve',
      role: 'engineer',
      mustChangePassword: false,
      email: 'e@lab.example',
    };
    expect(await verify(hs(glassdome))).to.deep.equal(caller);
    expect(await verify(hs(glassdome, OLD_KEY))).to.deep.equal(caller);
  });
  it('tell where mail goes, where that is a plain address', async () => {
    const told = async (email: unknown) => (await verify(hs({ ...glassdome, email }))).email;
    expect(await told('Eve.O+lab@Lab.Example')).to.equal('eve.o+lab@lab.example');
    for (const email of ['eve', 'e@x', 'e@lab.example,f@lab.example', 'e@lab.example\r\nBcc: f@x.y', 7, null])
      expect(await told(email), JSON.stringify(email)).to.equal(undefined);
  });
  it('count the lower of role and level', async () => {
    expect((await verify(hs({ ...glassdome, role: 'admin', level: 50 }))).role).to.equal('engineer');
    expect((await verify(hs({ ...glassdome, role: 'observer', level: 100 }))).role).to.equal('observer');
  });
  it("of the broker's own", async () => {
    expect(await verify(es(broker))).to.include({
      principal: 'local:anna',
      role: 'admin',
      session: broker.sid,
    });
  });
});
