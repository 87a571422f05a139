import { expect } from 'chai';
import type { VaultConnection } from '../../../src/adapters/vault/connection/connection.js';
import { createDestroyer } from '../../../src/adapters/vault/kv/destroyer.js';
import { createSecretStore } from '../../../src/adapters/vault/kv/secretStore.js';
import { Secret } from '../../../src/domain/secret.js';
import type { SecretStore } from '../../../src/ports/vault.js';
import { type PreparedVault, prepareVault, rejection } from '../../support/services/vaultSetup.js';

describe('secret store on a real Vault', function () {
  this.timeout(60_000);
  let vault: PreparedVault;
  let api: VaultConnection;
  let reconciler: VaultConnection;
  let store: SecretStore;
  let undoer: SecretStore;

  before(async () => {
    vault = await prepareVault('store');
    api = await vault.connect('api');
    reconciler = await vault.connect('reconciler');
    store = createSecretStore({ access: api.access, mount: vault.mounts.kvMount, log: vault.log });
    undoer = createSecretStore({ access: reconciler.access, mount: vault.mounts.kvMount, log: vault.log });
  });
  after(() => vault?.close());

  const fields = (host: string, token: string) => ({
    settings: { host },
    secrets: { token_value: new Secret(token) },
  });

  it('keeps all fields of a credential in one version, and reads exactly that version', async () => {
    const path = 'proxmox/lab-00000001';
    const first = await store.write(path, fields('10.0.0.1', 'one'), 0);
    const second = await store.write(path, fields('10.0.0.2', 'two'), first.version);
    const read = await store.read(path, first.version, first.createdTime, ['token_value']);
    expect([first.version, second.version]).to.deep.equal([1, 2]);
    expect(read.settings).to.deep.equal({ host: '10.0.0.1' });
    expect(read.secrets['token_value']?.reveal()).to.equal('one');
  });

  it('lets one of two writers win', async () => {
    const path = 'proxmox/lab-00000002';
    await store.write(path, fields('a', 'b'), 0);
    const outcomes = await Promise.allSettled([
      store.write(path, fields('a', 'left'), 1),
      store.write(path, fields('a', 'right'), 1),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost?.reason).to.include({ name: 'BrokerError', code: 'conflict' });
    expect((await store.metadata(path))?.currentVersion).to.equal(2);
  });

  it('refuses to create where something is already', async () => {
    await store.write('proxmox/lab-00000003', fields('a', 'b'), 0);
    expect(await rejection(store.write('proxmox/lab-00000003', fields('c', 'd'), 0))).to.include({
      code: 'conflict',
    });
  });

  it('tells a removed version from one that never was', async () => {
    const path = 'proxmox/lab-00000004';
    const { createdTime } = await store.write(path, fields('a', 'b'), 0);
    await store.write(path, fields('a', 'c'), 1);
    await vault.root.request('POST', `${vault.mounts.kvMount}/delete/${path}`, { versions: [1] });
    expect(await rejection(store.read(path, 1, createdTime, []))).to.include({ code: 'gone' });
    await vault.root.request('POST', `${vault.mounts.kvMount}/destroy/${path}`, { versions: [2] });
    expect(await rejection(store.read(path, 2, null, []))).to.include({ code: 'gone' });
    expect(await rejection(store.read(path, 9, null, []))).to.include({ code: 'integrity_error' });
    expect(await rejection(store.read('proxmox/never-00000000', 1, null, []))).to.include({
      code: 'integrity_error',
    });
    const versions = (await store.metadata(path))?.versions;
    expect(versions?.get(1)).to.include({ deleted: true, destroyed: false });
    expect(versions?.get(2)).to.include({ destroyed: true });
  });

  it('notices a path that was removed and written anew, though its version has the same number', async () => {
    const path = 'proxmox/lab-00000005';
    const mine = await store.write(path, fields('a', 'b'), 0);
    await vault.root.request('DELETE', `${vault.mounts.kvMount}/metadata/${path}`);
    await vault.root.request('POST', `${vault.mounts.kvMount}/data/${path}`, { data: { host: 'evil' } });
    expect(await rejection(store.read(path, 1, mine.createdTime, []))).to.include({
      code: 'integrity_error',
    });
  });

  it('names the credential in custom metadata, cut at 512 bytes and never inside a character', async () => {
    const path = 'proxmox/lab-00000006';
    await store.write(path, fields('a', 'b'), 0);
    await store.setMetadata(path, {
      custom: { name: `${'x'.repeat(511)}ü`, owner: '🔑'.repeat(200) },
      maxVersions: 40,
    });
    const body = (await vault.root.request('GET', `${vault.mounts.kvMount}/metadata/${path}`)).body.data;
    expect(body.custom_metadata).to.deep.equal({ name: 'x'.repeat(511), owner: '🔑'.repeat(128) });
    expect((await store.metadata(path))?.maxVersions).to.equal(40);
  });

  it('keeps the name when only the number of versions changes', async () => {
    const path = 'proxmox/lab-00000007';
    await store.write(path, fields('a', 'b'), 0);
    await store.setMetadata(path, { custom: { name: 'kept' } });
    await store.setMetadata(path, { maxVersions: 30 });
    const body = (await vault.root.request('GET', `${vault.mounts.kvMount}/metadata/${path}`)).body.data;
    expect(body).to.deep.include({ custom_metadata: { name: 'kept' }, max_versions: 30 });
  });

  it('reads what a person wrote in the Vault UI as text', async () => {
    const path = 'other/by-hand-00000008';
    const data = { port: 8006, verify: true, list: ['a'], nothing: null, text: 'ü' };
    await vault.root.request('POST', `${vault.mounts.kvMount}/data/${path}`, { data });
    const read = await store.read(path, 1, null, ['text']);
    expect(read.settings).to.deep.equal({ port: '8006', verify: 'true', list: '["a"]', nothing: '' });
    expect(read.secrets['text']?.reveal()).to.equal('ü');
  });

  it('carries every character through, and a field named like a member of objects', async () => {
    const settings = Object.fromEntries([
      ['__proto__', 'x'],
      ['nul', '\u0000'],
      ['empty', ''],
    ]);
    const written = await store.write(
      'other/odd-00000009',
      { settings, secrets: { s: new Secret('"\\\n🔑') } },
      0,
    );
    const read = await store.read('other/odd-00000009', 1, written.createdTime, ['s']);
    expect(Object.entries(read.settings).sort()).to.deep.equal(Object.entries(settings).sort());
    expect(read.secrets['s']?.reveal()).to.equal('"\\\n🔑');
  });

  it('answers null for the metadata of a path that is not there', async () => {
    expect(await store.metadata('proxmox/never-00000001')).to.equal(null);
  });

  it('lists credentials and passes by what others put into the mount', async () => {
    await store.write('aws/listed-0000000a', fields('a', 'b'), 0);
    await vault.root.request('POST', `${vault.mounts.kvMount}/data/deep/er/still`, { data: {} });
    await vault.root.request('POST', `${vault.mounts.kvMount}/data/top`, { data: {} });
    const listed = await undoer.list();
    expect(listed).to.include('aws/listed-0000000a');
    expect(listed).to.not.include('top');
    expect(listed.filter((path) => path.startsWith('deep/'))).to.deep.equal([]);
  });

  it('removes all versions of a credential, and finds nothing to remove as good', async () => {
    const path = 'aws/listed-0000000b';
    await store.write(path, fields('a', 'b'), 0);
    const { access } = await vault.connect('destroyer');
    const destroyer = createDestroyer({ access, mount: vault.mounts.kvMount });
    await destroyer.destroy(path);
    await destroyer.destroy(path);
    expect(await store.metadata(path)).to.equal(null);
  });

  it('takes a hostile path for an error of the program, and asks nothing', async () => {
    const hostile = [
      '../sys/mounts',
      'aws/../x-0',
      'aws/%2e%2e',
      'aws',
      'aws/a/b',
      'AWS/x',
      'aws/x?version=1',
      '',
    ];
    for (const path of hostile) {
      const error = await rejection(Promise.resolve().then(() => store.metadata(path)));
      expect(error, path).to.have.property('name', 'UnsafeVaultPath');
    }
  });
});
