import { resolve } from 'node:path';
import { expect } from 'chai';
import {
  BROKER_ROLES,
  POLICY_NAMES,
  type PolicyName,
  readPolicy,
  vaultName,
} from '../../../src/adapters/vault/bootstrap/policies.js';
import type { VaultClient, VaultMethod } from '../../../src/adapters/vault/connection/client.js';
import { createVaultClient } from '../../../src/adapters/vault/connection/nodeVault.js';
import { type PreparedVault, prepareVault } from '../../support/services/vaultSetup.js';

type Attempt = readonly [VaultMethod, string, object?];

/** Every request a role might be tempted to make. `kv`, `t`, `up`, `ar`, `gd`: the mounts of this suite. */
const ATTEMPTS = {
  readData: ['GET', 'kv/data/proxmox/one-00000001'],
  readOldVersion: ['GET', 'kv/data/proxmox/one-00000001?version=1'],
  createData: ['POST', 'kv/data/proxmox/NEW-00000002', { data: { a: '1' }, options: { cas: 0 } }],
  updateData: ['POST', 'kv/data/proxmox/one-00000001', { data: { a: '2' } }],
  softDelete: ['DELETE', 'kv/data/proxmox/one-00000001'],
  deleteVersions: ['POST', 'kv/delete/proxmox/one-00000001', { versions: [1] }],
  undeleteVersions: ['POST', 'kv/undelete/proxmox/one-00000001', { versions: [1] }],
  destroyVersions: ['POST', 'kv/destroy/proxmox/one-00000001', { versions: [1] }],
  readMetadata: ['GET', 'kv/metadata/proxmox/one-00000001'],
  setMetadata: ['POST', 'kv/metadata/proxmox/one-00000001', { max_versions: 20 }],
  expireVersions: ['POST', 'kv/metadata/proxmox/one-00000001', { delete_version_after: '1000h' }],
  makeMetadata: ['POST', 'kv/metadata/proxmox/EARLY-00000004', { max_versions: 20 }],
  readSubkeys: ['GET', 'kv/subkeys/proxmox/one-00000001'],
  listTypes: ['LIST', 'kv/metadata/'],
  listPaths: ['LIST', 'kv/metadata/proxmox/'],
  removeAll: ['DELETE', 'kv/metadata/proxmox/LAST-00000003'],
  removeInUse: ['DELETE', 'kv/metadata/proxmox/one-00000001'],
  removeMarker: ['DELETE', 'kv/metadata/broker/reconciled'],
  configureKv: ['POST', 'kv/config', { max_versions: 1 }],
  hmac: ['POST', 't/hmac/broker-fingerprint/sha2-256', { input: 'YQ==' }],
  seal: ['POST', 't/encrypt/broker-seal', { plaintext: 'YQ==' }],
  open: ['POST', 't/decrypt/broker-seal', { ciphertext: 'SEALED' }],
  compare: ['POST', 't/verify/broker-fingerprint/sha2-256', { input: 'YQ==', hmac: 'HMAC' }],
  rewrap: ['POST', 't/rewrap/broker-seal', { ciphertext: 'SEALED' }],
  signToken: ['POST', 't/sign/broker-tokens/sha2-256', { input: 'YQ==', marshaling_algorithm: 'jws' }],
  readTokenKey: ['GET', 't/keys/broker-tokens'],
  signAudit: ['POST', 't/sign/broker-audit', { input: 'YQ==' }],
  readAuditKey: ['GET', 't/keys/broker-audit'],
  keyAuditRows: ['POST', 't/hmac/broker-audit-rows/sha2-256', { input: 'YQ==' }],
  readAuditRowsKey: ['GET', 't/keys/broker-audit-rows'],
  rotateAuditRowsKey: ['POST', 't/keys/broker-audit-rows/rotate', {}],
  rotateKey: ['POST', 't/keys/broker-tokens/rotate', {}],
  configureKey: ['POST', 't/keys/broker-tokens/config', { deletion_allowed: true }],
  exportKey: ['GET', 't/export/hmac-key/broker-fingerprint'],
  backupKey: ['GET', 't/backup/broker-seal'],
  makeKey: ['POST', 't/keys/another', {}],
  readJwtKey: ['GET', 'gd/data/auth/jwt_secret'],
  readGlassdome: ['GET', 'gd/data/esxi_password'],
  listGlassdome: ['LIST', 'gd/metadata/'],
  writeJwtKey: ['POST', 'gd/data/auth/jwt_secret', { data: { value: 'mine' } }],
  setPassword: ['POST', 'up/users/anna/password', { password: 'a-password' }],
  readUser: ['GET', 'up/users/anna'],
  listUsers: ['LIST', 'up/users/'],
  removeUser: ['DELETE', 'up/users/ben'],
  boundUser: ['POST', 'up/users/anna', { password: 'a-password', token_bound_cidrs: '10.0.0.1/32' }],
  longLivedUser: ['POST', 'up/users/anna', { password: 'a-password', token_ttl: '999h' }],
  makeUser: ['POST', 'up/users/NEWUSER', { password: 'a-password', token_policies: 'LOGIN' }],
  makeMightyUser: ['POST', 'up/users/mighty', { password: 'a-password', token_policies: 'API' }],
  makeOldStyleMightyUser: ['POST', 'up/users/mighty', { password: 'a-password', policies: 'API' }],
  raiseUser: ['POST', 'up/users/anna/policies', { token_policies: 'API' }],
  issueSecretId: ['POST', 'ar/role/API/secret-id', {}],
  changeRole: ['POST', 'ar/role/API', { token_policies: ['root'] }],
  writePolicy: ['POST', 'sys/policies/acl/API', { policy: 'path "*" { capabilities = ["sudo"] }' }],
  makeToken: ['POST', 'auth/token/create', {}],
  listTokens: ['LIST', 'auth/token/accessors/'],
  readMounts: ['GET', 'sys/mounts'],
  mount: ['POST', 'sys/mounts/else', { type: 'kv' }],
  seal_vault: ['POST', 'sys/seal', {}],
  stepDown: ['POST', 'sys/step-down', {}],
  readAuditDevices: ['GET', 'sys/audit'],
  makeEntity: ['POST', 'identity/entity', { name: 'me' }],
  raftNodes: ['GET', 'sys/storage/raft/configuration'],
  removeNode: ['POST', 'sys/storage/raft/remove-peer', { server_id: 'none' }],
  readSecretIds: ['LIST', 'ar/role/API/secret-id/'],
  readLeases: ['LIST', 'sys/leases/lookup/auth/'],
  rekey: ['PUT', 'sys/rotate', {}],
} as const satisfies Record<string, Attempt>;
type AttemptName = keyof typeof ATTEMPTS;

/** All that each may do of the above. What is not listed must be refused. */
const ALLOWED: Record<PolicyName, readonly AttemptName[]> = {
  api: [
    'readData',
    'readOldVersion',
    'createData',
    'updateData',
    'readMetadata',
    'setMetadata',
    'expireVersions',
    'hmac',
    'compare',
    'seal',
    'open',
    'rewrap',
    'signToken',
    'readTokenKey',
    'signAudit',
    'readAuditKey',
    'keyAuditRows',
    'readJwtKey',
  ],
  worker: [
    'readData',
    'readOldVersion',
    'readMetadata',
    'hmac',
    'compare',
    'open',
    'rewrap',
    'signAudit',
    'keyAuditRows',
  ],
  rotator: [
    'readData',
    'readOldVersion',
    'updateData',
    'readMetadata',
    'setMetadata',
    'expireVersions',
    'hmac',
    'compare',
  ],
  reconciler: [
    'readData',
    'readOldVersion',
    'readMetadata',
    'setMetadata',
    'expireVersions',
    'listTypes',
    'listPaths',
  ],
  // KV v2 can't limit it to what was deleted: who takes this login can remove what is in use, and can neither list nor read.
  destroyer: ['removeAll', 'removeInUse', 'removeMarker', 'keyAuditRows'],
  users: ['readUser', 'makeUser'],
  backup: [],
  operator: [
    'readData',
    'readOldVersion',
    'updateData',
    'softDelete',
    'deleteVersions',
    'undeleteVersions',
    'readMetadata',
    'readSubkeys',
    'listTypes',
    'listPaths',
  ],
  login: [],
  bootstrap: [
    'configureKv',
    'readTokenKey',
    'readAuditKey',
    'readAuditRowsKey',
    'issueSecretId',
    'changeRole',
    'writePolicy',
    'readMounts',
    'readAuditDevices',
  ],
};

describe('what each Vault policy does not let through', function () {
  this.timeout(60_000);
  let vault: PreparedVault;
  let sealed: string;
  let hmac: string;

  before(async () => {
    vault = await prepareVault('policies');
    const { root, mounts } = vault;
    await root.request('POST', 'sys/mounts/policies-glassdome', { type: 'kv', options: { version: '2' } });
    await untilWritten(root, 'policies-glassdome/data/auth/jwt_secret', { data: { value: 'x' } });
    await root.request('POST', 'policies-glassdome/data/esxi_password', { data: { value: 'x' } });
    for (const name of ['anna', 'ben'])
      await root.request('POST', `auth/${mounts.userpassMount}/users/${name}`, {
        password: 'first-password',
      });
    const answer = await root.request('POST', `${mounts.transitMount}/encrypt/broker-seal`, {
      plaintext: 'YQ==',
    });
    sealed = answer.body.data.ciphertext;
    const hashed = await root.request('POST', `${mounts.transitMount}/hmac/broker-fingerprint/sha2-256`, {
      input: 'YQ==',
    });
    hmac = hashed.body.data.hmac;
    const policy = await readPolicy(resolve('vault-policies'), 'bootstrap', mounts);
    await root.request('POST', `sys/policies/acl/${vaultName('bootstrap', mounts)}`, { policy });
  });
  after(() => vault?.close());

  for (const name of [...POLICY_NAMES, 'bootstrap'] as const) {
    it(`${name} may do ${ALLOWED[name].length} of ${Object.keys(ATTEMPTS).length} things, and only those`, async () => {
      const allowed: string[] = [];
      for (const [attempt, [method, path, body]] of Object.entries(ATTEMPTS) as [AttemptName, Attempt][]) {
        const client = await clientWith(name);
        await lay(attempt);
        const answer = await client.request(method, concrete(path, name), named(body));
        if (answer.status !== 403) {
          // Anything but an ordinary success would mean that the row tests nothing.
          expect(answer.status, `${name} ${attempt}: ${JSON.stringify(answer.body)}`).to.be.oneOf([200, 204]);
          allowed.push(attempt);
        }
        if (attempt === 'writePolicy' || attempt === 'changeRole') await restore();
      }
      expect(allowed.sort()).to.deep.equal([...ALLOWED[name]].sort());
    });
  }

  it('lets every role renew, look at and end its own token', async () => {
    for (const role of BROKER_ROLES) {
      const client = await clientWith(role);
      const statuses = [
        (await client.request('GET', 'auth/token/lookup-self')).status,
        (await client.request('POST', 'auth/token/renew-self', {})).status,
        (await client.request('POST', 'auth/token/revoke-self', {})).status,
        (await client.request('GET', 'auth/token/lookup-self')).status,
      ];
      expect(statuses, role).to.deep.equal([200, 200, 204, 403]);
    }
  });

  it('lets backup take a snapshot, and nobody else; nobody restores one', async () => {
    const statuses: Record<string, number[]> = {};
    for (const name of [...POLICY_NAMES, 'bootstrap'] as const) {
      const headers = { 'X-Vault-Token': await tokenWith(name) };
      const url = `${vault.address}/v1/sys/storage/raft/snapshot`;
      const taken = await fetch(url, { headers });
      const bytes = (await taken.arrayBuffer()).byteLength;
      if (taken.status === 200) expect(bytes, 'a whole snapshot').to.be.greaterThan(10_000);
      const restored = await fetch(url, { method: 'POST', headers, body: 'not a snapshot' });
      const forced = await fetch(`${url}-force`, { method: 'POST', headers, body: 'not a snapshot' });
      statuses[name] = [taken.status, restored.status, forced.status];
    }
    const { backup, ...others } = statuses;
    expect(backup).to.deep.equal([200, 403, 403]);
    for (const [name, seen] of Object.entries(others)) expect(seen, name).to.deep.equal([403, 403, 403]);
  });

  /** Brings back what an attempt of another role may have used up. */
  async function lay(attempt: AttemptName): Promise<void> {
    const { kvMount } = vault.mounts;
    if (!ATTEMPTS[attempt][1].startsWith('kv/')) return;
    await vault.root.request('POST', `${kvMount}/data/proxmox/one-00000001`, { data: { a: '1' } });
    await vault.root.request('POST', `${kvMount}/metadata/proxmox/one-00000001`, {
      delete_version_after: '0s',
    });
    await vault.root.request('POST', `${kvMount}/undelete/proxmox/one-00000001`, { versions: [1] });
    if (attempt === 'readOldVersion') {
      await vault.root.request('DELETE', `${kvMount}/metadata/proxmox/one-00000001`);
      await vault.root.request('POST', `${kvMount}/data/proxmox/one-00000001`, { data: { a: '1' } });
    }
  }

  async function restore(): Promise<void> {
    const policy = await readPolicy(resolve('vault-policies'), 'api', vault.mounts);
    const name = vaultName('api', vault.mounts);
    await vault.root.request('POST', `sys/policies/acl/${name}`, { policy });
    const role = `auth/${vault.mounts.approleMount}/role/${name}`;
    await vault.root.request('POST', role, { token_policies: [name] });
  }

  async function clientWith(name: PolicyName): Promise<VaultClient> {
    const token = await tokenWith(name);
    return createVaultClient(vault.transport, () => token);
  }

  async function tokenWith(name: PolicyName): Promise<string> {
    const policies = [vaultName(name, vault.mounts)];
    const answer = await vault.root.request('POST', 'auth/token/create', {
      policies,
      no_default_policy: true,
      ttl: '5m',
    });
    return answer.body.auth.client_token;
  }

  function concrete(path: string, name: PolicyName): string {
    const { kvMount, transitMount, userpassMount, approleMount } = vault.mounts;
    return path
      .replace(/^kv\//, `${kvMount}/`)
      .replace(/^t\//, `${transitMount}/`)
      .replace(/^up\//, `auth/${userpassMount}/`)
      .replace(/^ar\//, `auth/${approleMount}/`)
      .replace(/^gd\//, 'policies-glassdome/')
      .replace('NEWUSER', `new-${name}`)
      .replace('NEW-', `new-${name}-`)
      .replace('LAST-', 'last-')
      .replace('EARLY-', `early-${name}-`)
      .replace('API', vaultName('api', vault.mounts));
  }

  function named(body: object | undefined): object | undefined {
    if (body === undefined) return undefined;
    const text = JSON.stringify(body)
      .replace('SEALED', sealed)
      .replace('HMAC', hmac)
      .replace('LOGIN', vaultName('login', vault.mounts))
      .replace('API', vaultName('api', vault.mounts));
    return JSON.parse(text);
  }
});

/** A KV v2 mount is not ready in the moment it is made. */
async function untilWritten(root: VaultClient, path: string, body: object): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await root.request('POST', path, body)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the mount did not get ready');
}
