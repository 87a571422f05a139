import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { createTokenVerifier } from '../../../src/adapters/identity/verifyToken.js';
import { realTimers, type Timers } from '../../../src/adapters/vault/connection/timers.js';
import { createChainKeys, isKeyMissing } from '../../../src/adapters/vault/transit/chainKeys.js';
import { createCheckpointSigner } from '../../../src/adapters/vault/transit/checkpointSigner.js';
import { createFingerprints } from '../../../src/adapters/vault/transit/fingerprints.js';
import { createSealer } from '../../../src/adapters/vault/transit/sealer.js';
import { createTokenSigner } from '../../../src/adapters/vault/transit/tokenSigner.js';
import { Transit } from '../../../src/adapters/vault/transit/transit.js';
import { Secret } from '../../../src/domain/secret.js';
import { eventually } from '../../support/eventually.js';
import { type PreparedVault, prepareVault, rejection } from '../../support/services/vaultSetup.js';

describe('keys that never leave Vault', function () {
  this.timeout(60_000);
  let vault: PreparedVault;
  let transit: Transit;
  const rotate = (key: string) =>
    vault.root.request('POST', `${vault.mounts.transitMount}/keys/${key}/rotate`, {});

  const retire = (key: string, oldest: number) =>
    vault.root.request('POST', `${vault.mounts.transitMount}/keys/${key}/config`, {
      min_decryption_version: oldest,
    });

  before(async () => {
    vault = await prepareVault('transit');
    const api = await vault.connect('api');
    transit = new Transit(api.access, vault.mounts.transitMount);
  });
  after(() => vault?.close());

  it('fingerprints the same content alike, whatever the order of its keys', async () => {
    const { make } = createFingerprints(transit);
    const one = await make('content:1', { a: '1', b: new Secret('x'), c: undefined });
    expect(await make('content:1', { b: new Secret('x'), a: '1' })).to.equal(one);
    expect(await make('content:1', { a: '1', b: new Secret('y') })).to.not.equal(one);
    expect(await make('content:2', { a: '1', b: new Secret('x') })).to.not.equal(one);
  });

  it('tells values apart that look alike when joined', async () => {
    const { make } = createFingerprints(transit);
    const alike = [
      ['a', 'b'],
      ['ab'],
      ['a,b'],
      { a: 'b' },
      [['a', 'b']],
      { object: [['a', 'b']] },
      '1',
      1,
      null,
      '',
    ];
    const prints = await Promise.all(alike.map((value) => make('p', value)));
    expect(new Set(prints).size).to.equal(alike.length);
  });

  it('matches a fingerprint also after the key was rotated, and nothing else', async () => {
    const { make, matches } = createFingerprints(transit);
    const old = await make('service_account', new Secret('s3cret'));
    await rotate('broker-fingerprint');
    expect(await make('service_account', new Secret('s3cret'))).to.not.equal(old);
    expect(await matches('service_account', new Secret('s3cret'), old)).to.equal(true);
    expect(await matches('service_account', new Secret('s3creT'), old)).to.equal(false);
    expect(await matches('idempotency', new Secret('s3cret'), old)).to.equal(false);
    expect(await matches('service_account', new Secret('s3cret'), 'vault:v1:rubbish')).to.equal(false);
    expect(await matches('service_account', new Secret('s3cret'), '')).to.equal(false);
  });

  it('signs tokens that a stranger verifies with the published key', async () => {
    const signer = createTokenSigner(transit, realTimers);
    const token = await signer.sign({ sub: 'sa:1', exp: 4_000_000_000 });
    const [jwk] = await signer.publicKeys();
    expect(jwk).to.include({ kty: 'EC', crv: 'P-256', kid: 'broker-tokens-v1', alg: 'ES256', use: 'sig' });
    expect(jwk).to.not.have.property('d');
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const decoded = jwt.verify(token, key, { algorithms: ['ES256'], complete: true });
    expect(decoded.header).to.deep.equal({ alg: 'ES256', typ: 'at+jwt', kid: 'broker-tokens-v1' });
    expect(decoded.payload).to.include({ sub: 'sa:1' });
  });

  it('takes up a rotated key after its cool-down, and goes on publishing the old one', async () => {
    let nowMs = 0;
    const timers: Timers = { ...realTimers, nowMs: () => nowMs };
    const signer = createTokenSigner(transit, timers);
    await signer.publicKeys();
    await rotate('broker-tokens');
    await signer.reload();
    expect(await signer.publicKeys()).to.have.length(1);
    nowMs = 31_000;
    await signer.reload();
    expect((await signer.publicKeys()).map((key) => key['kid'])).to.deep.equal([
      'broker-tokens-v1',
      'broker-tokens-v2',
    ]);
    expect(jwt.decode(await signer.sign({}), { complete: true })?.header.kid).to.equal('broker-tokens-v2');
  });

  it('looks for a rotated key by itself before it signs', async () => {
    let nowMs = 0;
    const signer = createTokenSigner(transit, { ...realTimers, nowMs: () => nowMs });
    await signer.publicKeys();
    await rotate('broker-tokens');
    nowMs = 301_000;
    expect(jwt.decode(await signer.sign({}), { complete: true })?.header.kid).to.equal('broker-tokens-v3');
  });

  it('accepts no token of a version that was retired in Vault, within a minute', async () => {
    let nowMs = 0;
    const signer = createTokenSigner(transit, { ...realTimers, nowMs: () => nowMs });
    const check = createTokenVerifier(signer, () => [], { now: () => new Date() });
    const claims = {
      iss: 'glassdome-broker',
      aud: 'glassdome-broker',
      sub: 'sa:1',
      name: 'one',
      role: 'engineer',
      kind: 'service_account',
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 600,
    };
    const token = await signer.sign(claims);
    expect(await check(token)).to.include({ principal: 'sa:1' });
    await rotate('broker-tokens');
    const kid = (await transit.key('broker-tokens'))?.latest_version;
    await retire('broker-tokens', Number(kid));
    nowMs = 61_000;
    await eventually('the token is refused', async () =>
      (await check(token).catch((error: { code: string }) => error.code)) === 'unauthenticated'
        ? true
        : undefined,
    );
    expect(await check(await signer.sign(claims))).to.include({ principal: 'sa:1' });
  });

  it('signs checkpoints with a key of its own, verifiable without the broker', async () => {
    const signer = createCheckpointSigner(transit);
    const signature = await signer.sign('heads of all chains');
    const payload = 'heads of all chains';
    const good = { payload, signature };
    const bad = { payload: 'heads of all chainS', signature };
    const tried = [
      good,
      bad,
      { payload, signature: 'vault:v1:AAAA' },
      { payload, signature: '' },
      { payload, signature: signature.replace('v1', 'v9') },
    ];
    expect(await signer.verify(tried)).to.deep.equal([true, false, false, false, false]);
    expect(await signer.verify([])).to.deep.equal([]);
    const many = Array.from({ length: 1_001 }, (_, n) => n % 2 === 0);
    expect(await signer.verify(many.map((valid) => (valid ? good : bad)))).to.deep.equal(many);
    const long = 'x'.repeat(300_000);
    const big = { payload: long, signature: await signer.sign(long) };
    expect(await signer.verify([big, big, bad, big])).to.deep.equal([true, true, false, true]);
    const described = await vault.root.request('GET', `${vault.mounts.transitMount}/keys/broker-audit`);
    const raw = Buffer.from(described.body.data.keys['1'].public_key, 'base64');
    const x = raw.toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const bytes = Buffer.from(signature.split(':')[2] ?? '', 'base64');
    expect(verify(null, Buffer.from('heads of all chains'), key, bytes)).to.equal(true);
  });

  it('opens what it sealed, for the same context only, and rewraps it after a rotation', async () => {
    const sealer = createSealer(transit);
    const sealed = await sealer.seal(new Secret('ümlaut'), 'session:1');
    expect((await sealer.open(sealed, 'session:1')).reveal()).to.equal('ümlaut');
    expect(await rejection(sealer.open(sealed, 'session:2'))).to.include({ code: 'bad_store_answer' });
    await rotate('broker-seal');
    const rewrapped = await sealer.rewrap(sealed);
    expect(rewrapped).to.match(/^vault:v2:/);
    expect((await sealer.open(rewrapped, 'session:1')).reveal()).to.equal('ümlaut');
  });

  it('derives a key for each audit chain, the same again for everybody who may, also after a rotation', async () => {
    const worker = await vault.connect('worker');
    const keys = createChainKeys(transit, vault.log);
    const others = createChainKeys(new Transit(worker.access, vault.mounts.transitMount), vault.log);
    const first = (await keys.newest('reads-1')).mac('hash');
    expect(first).to.match(/^1:[\w-]{43}$/);
    expect((await keys.newest('reads-2')).mac('hash')).to.not.equal(first);
    await rotate('broker-audit-rows');
    expect((await keys.newest('reads-1')).mac('hash')).to.match(/^2:/);
    const many = Array.from({ length: 450 }, (_, n) => ({ chain: `reads-${n}`, version: 1 + (n % 2) }));
    const known = await others.known([...many, { chain: 'reads-1', version: 1 }, { chain: 'x', version: 9 }]);
    expect(known[450]?.mac('hash')).to.equal(first);
    expect(known[451]).to.equal(null);
    expect(known[0]?.mac('hash')).to.match(/^1:/);
    expect(known[1]?.mac('hash')).to.equal((await keys.newest('reads-1')).mac('hash'));
  });

  it('refuses those keys to a login of before, with what to do in the log', async () => {
    const rotator = await vault.connect('rotator');
    const keys = createChainKeys(new Transit(rotator.access, vault.mounts.transitMount), vault.log);
    expect(isKeyMissing(await rejection(keys.newest('reads-1')))).to.equal(true);
    const line = vault.log.lines.find(({ event }) => event === 'audit_key_missing');
    expect(line?.fields['fix']).to.contain('bootstrap');
  });

  it('gives the public keys with which checkpoints are verified without Vault', async () => {
    const signer = createCheckpointSigner(transit);
    const before = await signer.sign('a payload');
    await rotate('broker-audit');
    const after = await signer.sign('a payload');
    const keys = await signer.publicKeys();
    expect(keys.map(({ version }) => version)).to.include.members([1, 2]);
    const holds = (signature: string, version: number) => {
      const pem = keys.find((key) => key.version === version)?.pem ?? '';
      const bytes = Buffer.from(signature.split(':')[2] ?? '', 'base64');
      return verify(null, Buffer.from('a payload'), createPublicKey(pem), bytes);
    };
    const [first, second] = [before, after].map((signature) => Number(/:v(\d+):/.exec(signature)?.[1]));
    expect(holds(before, first ?? 0)).to.equal(true);
    expect(holds(after, second ?? 0)).to.equal(true);
    expect(holds(after, first ?? 0)).to.equal(false);
  });
});
