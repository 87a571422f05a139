import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import type { VaultClient } from '../../../src/adapters/vault/connection/client.js';
import { openTransport } from '../../../src/adapters/vault/connection/connection.js';
import { createVaultClient } from '../../../src/adapters/vault/connection/nodeVault.js';
import type { Transport } from '../../../src/adapters/vault/connection/transport.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/broker/workerProcess.js';

/**
 * The minimal Vault has no `kubernetes` login; `jwt` is the same call with the same body, and checks the same token
 * by the cluster's public key.
 */
describe('a broker in a pod', function () {
  this.timeout(120_000);
  const cluster = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let parts: BrokerParts;
  let transport: Transport;
  let root: VaultClient;
  let env: Record<string, string>;
  let api: BrokerProcess | undefined;
  let worker: WorkerProcess | undefined;

  /** What the cluster lays into the pods of a service account. */
  function tokenFileOf(account: string): string {
    const claims = { iss: 'cluster', aud: 'vault', sub: `system:serviceaccount:glassdome:${account}` };
    const pem = cluster.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const file = join(parts.folder, `${account}.jwt`);
    writeFileSync(file, jwt.sign(claims, pem, { algorithm: 'ES256', expiresIn: 600 }));
    return file;
  }

  async function write(path: string, body: object): Promise<void> {
    const { status, body: told } = await root.request('POST', path, body);
    expect(status, `${path} ${JSON.stringify(told)}`).to.be.oneOf([200, 204]);
  }

  before(async () => {
    parts = await startBrokerParts();
    transport = openTransport([parts.vault.address]);
    root = createVaultClient(transport, () => parts.vault.rootToken);
    await write('sys/auth/cluster', { type: 'jwt' });
    const pem = cluster.publicKey.export({ type: 'spki', format: 'pem' });
    await write('auth/cluster/config', { jwt_validation_pubkeys: [pem], bound_issuer: 'cluster' });
    for (const [account, roles] of Object.entries({
      api: ['api', 'users'],
      worker: ['worker', 'reconciler'],
    }))
      for (const role of roles)
        await write(`auth/cluster/role/broker-${role}`, {
          role_type: 'jwt',
          user_claim: 'sub',
          bound_audiences: ['vault'],
          bound_subject: `system:serviceaccount:glassdome:${account}`,
          token_policies: [`broker-${role}`],
          token_no_default_policy: true,
          token_ttl: 1200,
        });
    const rest = Object.entries(parts.env).filter(([name]) => !/ROLE_ID$|SECRET_ID_FILE$/.test(name));
    env = {
      ...Object.fromEntries(rest),
      VAULT_AUTH_METHOD: 'pod',
      VAULT_POD_MOUNT: 'cluster',
      LOG_LEVEL: 'info',
    };
  });
  after(async () => {
    await api?.kill();
    await worker?.stop();
    await transport.close();
    await parts.stop();
  });

  it('serves the API with nothing but the token of its service account', async () => {
    api = await startBrokerProcess({ ...parts, env: { ...env, VAULT_POD_TOKEN_FILE: tokenFileOf('api') } });
    const headers = { authorization: `Bearer ${api.token(7)}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'one', service_type: 'openai', fields: { api_key: 'canary' } });
    const made = await fetch(`${api.base}/api/credentials`, { method: 'POST', headers, body });
    const { id } = (await made.json()) as { id: string };
    const read = await fetch(`${api.base}/api/credentials/${id}/secret`, { headers });
    expect(await read.json()).to.have.nested.property('fields.api_key', 'canary');
  });

  async function workerWith(account: string, event: string): Promise<Record<string, unknown>[]> {
    worker = startWorkerProcess({ ...env, VAULT_POD_TOKEN_FILE: tokenFileOf(account) });
    const lines = await worker.logged(event, 2);
    await worker.stop();
    return lines;
  }
  const rolesIn = (lines: Record<string, unknown>[]) => [...new Set(lines.map(({ role }) => role))].sort();

  it('runs the worker with the token of another service account, and not with that of the API', async () => {
    expect(rolesIn(await workerWith('worker', 'vault_login'))).to.deep.equal(['reconciler', 'worker']);
    const refused = await workerWith('api', 'vault_login_failed');
    expect(rolesIn(refused)).to.deep.equal(['reconciler', 'worker']);
    expect(refused.every(({ status }) => status === 400)).to.equal(true);
  });
});
