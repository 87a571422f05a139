import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { vaultName } from '../../../src/adapters/vault/bootstrap/policies.js';
import { connectVault, type VaultConnection } from '../../../src/adapters/vault/connection/connection.js';
import { createLegacySecrets } from '../../../src/adapters/vault/kv/legacySecrets.js';
import { readGlassdomeKeys } from '../../../src/adapters/vault/people/glassdomeKeys.js';
import { Secret } from '../../../src/domain/secret.js';
import { type PreparedVault, prepareVault, rejection } from '../../support/services/vaultSetup.js';

describe("Glassdome's own mount", function () {
  this.timeout(60_000);
  let vault: PreparedVault;
  let api: VaultConnection;
  const mount = 'glass-glassdome';
  const put = (key: string, value: unknown) =>
    vault.root.request('POST', `${mount}/data/${key}`, { data: value as object });

  before(async () => {
    vault = await prepareVault('glass');
    await vault.root.request('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '2' } });
    let ready = 0;
    for (let i = 0; i < 100 && ready !== 200; i += 1)
      ready = (await put('proxmox_password', { value: 'first' })).status;
    api = await vault.connect('api');
  });
  after(() => vault?.close());

  describe('holds the key of its tokens', () => {
    const hour = 3_600_000;
    const keys = async (now = new Date()) => {
      const found = await readGlassdomeKeys({
        access: api.access,
        path: `${mount}/data/auth/jwt_secret`,
        now: () => now,
      });
      return found.map((key) => key.reveal());
    };

    it('which is not there yet: no key, and no default', async () => {
      expect(await keys()).to.deep.equal([]);
    });

    it('which is refused while it is the published default, or short', async () => {
      await put('auth/jwt_secret', { value: 'change-this-in-production-use-openssl-rand-hex-32' });
      expect(await rejection(keys())).to.include({ name: 'GlassdomeKeyRefused', why: 'published_default' });
      await put('auth/jwt_secret', { value: 'short' });
      expect(await rejection(keys())).to.include({ why: 'too_short' });
    });

    it('which is taken alone when the one before must not be trusted', async () => {
      await put('auth/jwt_secret', { value: 'a'.repeat(64) });
      expect(await keys()).to.deep.equal(['a'.repeat(64)]);
    });

    it('which is taken with the one before for an hour after a change', async () => {
      await put('auth/jwt_secret', { value: 'b'.repeat(64) });
      expect(await keys()).to.deep.equal(['b'.repeat(64), 'a'.repeat(64)]);
      expect(await keys(new Date(Date.now() + hour))).to.deep.equal(['b'.repeat(64)]);
    });

    it('which is refused when it is of another shape', async () => {
      await put('auth/jwt_secret', { key: 'x' });
      expect(await rejection(keys())).to.include({ code: 'bad_store_answer' });
    });
  });

  describe('is read in with the token of the request', () => {
    let token: Secret;

    before(async () => {
      const policy = `path "${mount}/metadata/*" { capabilities = ["list"] } path "${mount}/data/*" { capabilities = ["read"] }`;
      await vault.root.request('POST', 'sys/policies/acl/glass-importer', { policy });
      const made = await vault.root.request('POST', 'auth/token/create', {
        policies: ['glass-importer'],
        ttl: '5m',
      });
      token = new Secret(made.body.auth.client_token);
      await put('proxmox_password', { value: 'second ü' });
      await put('empty', { value: '' });
      await put('odd_shape', { password: 'x' });
      await put('a_number', { value: 7 });
      await put('deleted', { value: 'gone' });
      await vault.root.request('DELETE', `${mount}/data/deleted`);
      await put('secret_key', { value: 'never-imported' });
      await put('services/reaper/token', { value: 'never-imported' });
      for (let i = 0; i < 60; i += 1) await put(`key_${i}`, { value: `value ${i}` });
    });

    it('whole and as Glassdome reads it, but for what is its own', async () => {
      const found = await createLegacySecrets(api.access).readAll({ mount, token });
      expect(found.size).to.equal(62);
      expect(found.get('proxmox_password')?.reveal()).to.equal('second ü');
      expect(found.get('empty')?.reveal()).to.equal('');
      expect(found.get('key_59')?.reveal()).to.equal('value 59');
      for (const name of [
        'secret_key',
        'services',
        'services/',
        'auth',
        'auth/',
        'odd_shape',
        'a_number',
        'deleted',
      ]) {
        expect(found.has(name), name).to.equal(false);
      }
    });

    it('never with the rights of the broker', async () => {
      const flat = createLegacySecrets(api.access);
      for (const wrong of [
        new Secret('hvs.wrong'),
        new Secret(''),
        new Secret('a\r\nX-Vault-Token: b'),
        new Secret('ä'),
      ]) {
        const error = await rejection(flat.readAll({ mount, token: wrong }));
        expect(error).to.include({ code: 'invalid_request' });
        expect((error as { fields: { field: string }[] }).fields[0]?.field).to.equal('token');
      }
    });

    it('from a mount and nothing wider', async () => {
      const flat = createLegacySecrets(api.access);
      for (const wrong of ['../sys', 'a/', '', 'x y']) {
        expect(await rejection(flat.readAll({ mount: wrong, token }))).to.include({
          code: 'invalid_request',
        });
      }
    });
  });
});

describe('login of a pod', function () {
  this.timeout(60_000);

  it('proves itself with the token in its file', async () => {
    const vault = await prepareVault('pod');
    const folder = await mkdtemp(join(tmpdir(), 'vault-pod-'));
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await vault.root.request('POST', 'sys/auth/pod-jwt', { type: 'jwt' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await vault.root.request('POST', 'auth/pod-jwt/config', {
      jwt_validation_pubkeys: [pem],
      bound_issuer: 'cluster',
    });
    await vault.root.request('POST', 'auth/pod-jwt/role/broker', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['vault'],
      bound_subject: 'system:serviceaccount:broker:api',
      token_policies: [vaultName('api', vault.mounts)],
      token_no_default_policy: true,
    });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const sub = 'system:serviceaccount:broker:api';
    const claims = { iss: 'cluster', aud: 'vault', sub, iat: now, nbf: now - 5, exp: now + 600 };
    const input = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`;
    const signature = createSign('sha256').update(input).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
    const jwtFile = join(folder, 'token');
    await writeFile(jwtFile, `${input}.${signature.toString('base64url')}\n`);
    const login = { kind: 'pod', mount: 'pod-jwt', role: 'broker', jwtFile } as const;
    const connection = connectVault({ transport: vault.transport, login, role: 'api', log: vault.log });
    await connection.start();
    expect(await connection.status.health()).to.equal('ok');
    expect(connection.status.tokenSecondsLeft()).to.be.above(60);
    const told = await connection.access.ask('GET', `${vault.mounts.transitMount}/keys/broker-tokens`);
    expect(told.verdict).to.equal('ok');
    await connection.close();
    await vault.close();
    await rm(folder, { recursive: true });
  });
});
