import { createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { createTokenVerifier } from '../../src/adapters/identity/verifyToken.js';
import { BrokerError } from '../../src/domain/errors.js';
import type { TokenSigner } from '../../src/ports/vault.js';

const KEY = 'k'.repeat(40);
const OLD_KEY = 'o'.repeat(40);
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const kid = 'broker-tokens-v1';
const signer: TokenSigner = {
  sign: async () => '',
  publicKeys: async () => [{ ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }],
  reload: async () => undefined,
};
const clock = { now: () => new Date() };
const keys = [KEY, OLD_KEY].map((key) => createSecretKey(Buffer.from(key)));
const verify = createTokenVerifier(signer, () => keys, clock);

const soon = () => Math.floor(Date.now() / 1000) + 300;
const glassdome = { sub: '7', username: 'eve', email: 'e@lab.example', role: 'engineer', level: 50 };
const broker = {
  iss: 'glassdome-broker',
  aud: 'glassdome-broker',
  sub: 'local:anna',
  name: 'anna',
  kind: 'user',
  role: 'admin',
  sid: '11111111-2222-4333-8444-555555555555',
};
const hs = (claims: object, key = KEY, options: jwt.SignOptions = {}) =>
  jwt.sign({ exp: soon(), ...claims }, createSecretKey(Buffer.from(key)), {
    algorithm: 'HS256',
    noTimestamp: true,
    ...options,
  });
const es = (claims: object, header: object = {}) =>
  jwt.sign({ exp: soon(), ...claims }, pair.privateKey, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: 'at+jwt', kid, ...header },
  });
const raw = (header: object, payload: string, sign: (input: string) => string) => {
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${sign(input)}`;
};
const mac = (key: string) => (input: string) => createHmac('sha256', key).update(input).digest('base64url');
const body = JSON.stringify({ ...broker, exp: 9e9 });

const REFUSED: Record<string, string> = {
  'alg none': raw({ alg: 'none' }, body, () => ''),
  'HS256 with the public key as secret': raw(
    { alg: 'HS256' },
    body,
    mac(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  ),
  'HS256 that names a kid of ours': hs(glassdome, KEY, { keyid: kid }),
  'a foreign key': hs(glassdome, 'x'.repeat(40)),
  'the key published in the source of Glassdome': hs(
    glassdome,
    'change-this-in-production-use-openssl-rand-hex-32',
  ),
  'an unknown kid': es(broker, { kid: 'broker-tokens-v2' }),
  'a kid that is a path': es(broker, { kid: '../../etc/passwd' }),
  'a kid with SQL': es(broker, { kid: "' or 1=1 --" }),
  'a jku header': es(broker, { jku: 'https://evil.example/jwks' }),
  'a jwk header': es(broker, { jwk: {} }),
  'an unknown crit': es(broker, { crit: ['x'] }),
  'a signature of zeros': raw({ alg: 'ES256', kid }, body, () => Buffer.alloc(64).toString('base64url')),
  'a signature that is too short': raw({ alg: 'ES256', kid }, body, () => 'AAAA'),
  'a payload that is no JSON': raw({ alg: 'HS256' }, 'not json', mac(KEY)),
  expired: hs({ ...glassdome, exp: 1 }),
  'no exp': jwt.sign(glassdome, createSecretKey(Buffer.from(KEY)), { algorithm: 'HS256', noTimestamp: true }),
  'nbf in the future': hs({ ...glassdome, nbf: soon() }),
  'iat in the future': raw(
    { alg: 'HS256' },
    JSON.stringify({ ...glassdome, iat: soon() + 9e5, exp: soon() + 9e6 }),
    mac(KEY),
  ),
  'wrong audience': es({ ...broker, aud: 'other' }),
  'wrong issuer': es({ ...broker, iss: 'other' }),
  'ours, but not an access token': es(broker, { typ: 'JWT' }),
  'of Glassdome, but of another type': hs(glassdome, KEY, { header: { alg: 'HS256', typ: 'refresh+jwt' } }),
  'a person without a login': es({ ...broker, sid: undefined }),
  'a person with the principal of a service account': es({ ...broker, sub: 'sa:1' }),
  'a service account with the principal of a person': es({ ...broker, kind: 'service_account' }),
  'a principal of another issuer': es({ ...broker, sub: 'glassdome:1' }),
  'level as text': hs({ ...glassdome, level: '50' }),
  'no level': hs({ ...glassdome, level: undefined }),
  'a sub that is no number': hs({ ...glassdome, sub: 'root' }),
  'an unknown role': hs({ ...glassdome, role: 'root' }),
  '1 MB': 'a'.repeat(1 << 20),
};

describe('tokens that must be refused', () => {
  for (const [name, token] of Object.entries(REFUSED)) {
    it(name, async () => {
      const error = await verify(token).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(BrokerError);
      expect((error as BrokerError).code).to.equal('unauthenticated');
    });
  }
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
