import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import {
  bootstrapVault,
  issueSecretId,
  planBootstrap,
} from '../../../src/adapters/vault/bootstrap/bootstrap.js';
import type { BootstrapOptions } from '../../../src/adapters/vault/bootstrap/bootstrapSteps.js';
import { BROKER_ROLES, type BrokerRole, readPolicy } from '../../../src/adapters/vault/bootstrap/policies.js';
import type { VaultClient } from '../../../src/adapters/vault/connection/client.js';
import { createVaultClient } from '../../../src/adapters/vault/connection/nodeVault.js';
import { createTransport, type Transport } from '../../../src/adapters/vault/connection/transport.js';
import { loadConfig } from '../../../src/config/config.js';
import { wire } from '../../../src/wire.js';
import { startBrokerParts } from '../../support/broker/brokerParts.js';
import { testVault, vaultKind } from '../../support/broker/parts.js';

const POLICIES = resolve('vault-policies');

describe('bootstrap of a Vault', function () {
  this.timeout(60_000);
  let transport: Transport;
  let root: VaultClient;
  let limited: VaultClient;
  const options: BootstrapOptions = {
    kvMount: 'boot/credentials',
    transitMount: 'boot-transit',
    userpassMount: 'boot-people',
    approleMount: 'boot-approle',
    namePrefix: 'broker-boot-',
    policiesDir: POLICIES,
  };

  before(async () => {
    const vault = await testVault();
    transport = createTransport({ address: vault.address });
    root = createVaultClient(transport, () => vault.rootToken);
    const policy = await readPolicy(POLICIES, 'bootstrap', options);
    await root.request('POST', 'sys/policies/acl/broker-bootstrap-test', { policy });
    const token = await root.request('POST', 'auth/token/create', {
      policies: ['broker-bootstrap-test'],
      no_default_policy: true,
      ttl: '15m',
    });
    limited = createVaultClient(transport, () => token.body.auth.client_token);
  });
  after(() => transport.close());

  it('says all that it would do, and does nothing, when only planned', async () => {
    const plan = await planBootstrap(limited, options);
    expect(plan).to.include('mount kv at boot/credentials/');
    expect(plan).to.include('write the AppRole role broker-boot-reconciler');
    expect(await planBootstrap(limited, options)).to.deep.equal(plan);
  });

  it('needs no more than a token of the bootstrap policy', async () => {
    const told: string[] = [];
    const result = await bootstrapVault(limited, { ...options, onStep: (what) => told.push(what) });
    expect(told).to.deep.equal(result.changed);
    expect(Object.keys(result.roles)).to.deep.equal([...BROKER_ROLES]);
    expect(result.roles.api.roleId).to.match(/^[0-9a-f-]{36}$/);
  });

  it('changes nothing when all is there', async () => {
    expect(await planBootstrap(limited, options)).to.deep.equal([]);
    expect((await bootstrapVault(limited, options)).changed).to.deep.equal([]);
  });

  it('mends only what was changed by somebody else', async () => {
    await root.request('POST', 'sys/policies/acl/broker-boot-worker', {
      policy: 'path "x" { capabilities = ["read"] }',
    });
    expect((await bootstrapVault(limited, options)).changed).to.deep.equal([
      'write the policy broker-boot-worker',
    ]);
  });

  it('makes keys that never leave Vault and never rotate by themselves', async () => {
    for (const name of [
      'broker-seal',
      'broker-audit',
      'broker-tokens',
      'broker-fingerprint',
      'broker-audit-rows',
    ]) {
      const key = (await root.request('GET', `boot-transit/keys/${name}`)).body.data;
      expect([
        key.exportable,
        key.allow_plaintext_backup,
        key.auto_rotate_period,
        key.deletion_allowed,
      ]).to.deep.equal([false, false, 0, false]);
    }
  });

  it('issues secret ids that log in, plain and wrapped', async () => {
    const { roles } = await bootstrapVault(limited, options);
    const plain = await issueSecretId(limited, 'worker', { ...options, ttlSeconds: 300 });
    const body = { role_id: roles.worker.roleId, secret_id: plain.secretId.reveal() };
    const login = await root.request('POST', 'auth/boot-approle/login', body, { token: null });
    expect(login.body.auth.policies).to.deep.equal(['broker-boot-worker']);
    const wrapped = await issueSecretId(limited, 'api', { ...options, wrapTtlSeconds: 60 });
    const opened = await root.request(
      'POST',
      'sys/wrapping/unwrap',
      {},
      { token: wrapped.secretId.reveal() },
    );
    expect(wrapped.wrapped).to.equal(true);
    expect(opened.body.data.secret_id).to.be.a('string');
  });

  it('lets a broker in with wrapped secret ids, once, and not with those of another role', async () => {
    const parts = await startBrokerParts();
    const at = createTransport({ address: parts.vault.address });
    const theirs = createVaultClient(at, () => parts.vault.rootToken);
    const wrap = async (role: BrokerRole, file: string) => {
      const { secretId } = await issueSecretId(theirs, role, { wrapTtlSeconds: 60 });
      writeFileSync(file, secretId.reveal());
    };
    const { VAULT_SECRET_ID_FILE: api = '', VAULT_USERS_SECRET_ID_FILE: users = '' } = parts.env;
    const config = loadConfig({ ...parts.env, VAULT_SECRET_ID_WRAPPED: 'true' });
    const secondsLeft = async () => {
      const system = await wire(config);
      const seconds = system.ports.storeStatus.tokenSecondsLeft();
      await system.close();
      return seconds;
    };
    await wrap('api', api);
    await wrap('users', users);
    expect(await secondsLeft()).to.be.above(60);
    expect(await secondsLeft(), 'opened before').to.equal(0);
    await wrap('worker', api);
    expect(await secondsLeft(), 'of another role').to.equal(0);
    await at.close();
    await parts.stop();
  });

  it('switches the file audit device on where one is asked for, once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'broker-audit-'));
    // Vault runs under our own account here.
    const audited = { ...options, auditFile: join(folder, 'audit.log') };
    expect(await planBootstrap(limited, audited)).to.deep.equal([
      `enable the file audit device, at ${audited.auditFile}`,
    ]);
    if ((await vaultKind()) === 'openbao') {
      const refusal = await bootstrapVault(limited, audited).catch((error: unknown) => error);
      expect(refusal).to.include({ name: 'BootstrapRefused', status: 400 });
      expect(String(refusal))
        .to.contain('OpenBao accepts audit devices only in its configuration')
        .and.contain(`file_path = ${JSON.stringify(audited.auditFile)}`);
      return;
    }
    await bootstrapVault(limited, audited);
    expect((await bootstrapVault(limited, audited)).changed).to.deep.equal([]);
    expect(readFileSync(audited.auditFile, 'utf8')).to.contain('"type":"response"');
    await root.request('DELETE', 'sys/audit/broker-file');
    rmSync(folder, { recursive: true });
  });

  it('refuses a userpass mount that other people use', async () => {
    await root.request('POST', 'sys/auth/foreign-people', { type: 'userpass', description: 'staff' });
    const foreign = { ...options, userpassMount: 'foreign-people' };
    const refusal = await bootstrapVault(root, foreign).catch((error: unknown) => error);
    expect(refusal).to.have.property('name', 'BootstrapRefused');
    expect(String(refusal)).to.contain('belongs to another application');
  });

  it('refuses a KV mount of version 1', async () => {
    await root.request('POST', 'sys/mounts/old-kv', { type: 'kv', options: { version: '1' } });
    const refusal = await bootstrapVault(root, { ...options, kvMount: 'old-kv' }).catch(
      (error: unknown) => error,
    );
    expect(refusal).to.have.property('name', 'BootstrapRefused');
  });

  it('tells which step a token with too little was refused', async () => {
    const nobody = createVaultClient(transport, () => 'hvs.nothing');
    const refusal = await planBootstrap(nobody, options).catch((error: unknown) => error);
    expect(refusal).to.include({ name: 'BootstrapRefused', status: 403 });
  });
});
