import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { createCheckpointSigner } from '../../src/adapters/vault/checkpointSigner.js';
import { createFingerprints } from '../../src/adapters/vault/fingerprints.js';
import { createSealer } from '../../src/adapters/vault/sealer.js';
import { realTimers, type Timers } from '../../src/adapters/vault/timers.js';
import { createTokenSigner } from '../../src/adapters/vault/tokenSigner.js';
import { Transit } from '../../src/adapters/vault/transit.js';
import { Secret } from '../../src/domain/secret.js';
import { type PreparedVault, prepareVault, rejection } from '../support/vaultSetup.js';

describe('keys that never leave Vault', function () {
  this.timeout(60_000);
  let vault: PreparedVault;
  let transit: Transit;
  const rotate = (key: string) =>
    vault.root.request('POST', `${vault.mounts.transitMount}/keys/${key}/rotate`, {});

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
});
