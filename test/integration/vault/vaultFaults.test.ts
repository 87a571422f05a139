import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { bootstrapVault, issueSecretId } from '../../../src/adapters/vault/bootstrap/bootstrap.js';
import { vaultName } from '../../../src/adapters/vault/bootstrap/policies.js';
import {
  connectVault,
  openTransport,
  type VaultConnection,
} from '../../../src/adapters/vault/connection/connection.js';
import { createSecretStore } from '../../../src/adapters/vault/kv/secretStore.js';
import { Secret } from '../../../src/domain/secret.js';
import type { SecretStore } from '../../../src/ports/vault.js';
import { startPrivateVault, type TestVault } from '../../support/broker/parts.js';
import { patiently } from '../../support/patience.js';
import { type PreparedVault, prepareVault, rejection } from '../../support/services/vaultSetup.js';

const PATH = 'proxmox/lab-00000001';

describe('a Vault in trouble', function () {
  this.timeout(60_000);
  let server: TestVault;
  let vault: PreparedVault;
  let api: VaultConnection;
  let store: SecretStore;
  let createdTime: string;

  before(async () => {
    server = await startPrivateVault();
    vault = await prepareVault('faults', server);
    api = await vault.connect('api');
    store = createSecretStore({ access: api.access, mount: vault.mounts.kvMount, log: vault.log });
    createdTime = (await store.write(PATH, values('one'), 0)).createdTime;
  });
  after(async () => {
    await vault.close();
    await server.stop();
  });

  const values = (token: string) => ({ settings: {}, secrets: { token: new Secret(token) } });
  const read = async (): Promise<string | undefined> =>
    (await store.read(PATH, 1, createdTime, ['token'])).secrets['token']?.reveal();

  /** Milliseconds until reading works again. */
  async function untilServed(): Promise<number> {
    const began = performance.now();
    for (;;) {
      if ((await read().catch(() => undefined)) === 'one') return performance.now() - began;
      if (performance.now() - began > patiently(20_000)) throw new Error('not served again');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  async function timed(work: () => Promise<unknown>): Promise<{ error: unknown; ms: number }> {
    const began = performance.now();
    return { error: await rejection(work()), ms: performance.now() - began };
  }

  it('that is sealed: unavailable at once after the first, and served within 5 s of the unseal', async () => {
    await server.seal();
    expect(await rejection(read())).to.include({ code: 'store_unavailable' });
    for (let i = 0; i < 5; i += 1) {
      const { error, ms } = await timed(read);
      expect(error).to.include({ code: 'store_unavailable', retryAfterSeconds: 2 });
      expect(ms).to.be.below(patiently(100));
    }
    expect(await api.status.health()).to.equal('sealed');
    await server.unseal();
    expect(await untilServed()).to.be.below(patiently(5_000));
    expect(await api.status.health()).to.equal('ok');
  });

  it('that never answers: the deadline holds, then answers come at once, then it is served again', async () => {
    await server.pause();
    const first = await Promise.all(Array.from({ length: 32 }, () => timed(() => store.metadata(PATH))));
    expect(Math.max(...first.map(({ ms }) => ms))).to.be.below(patiently(2_400));
    expect(first.every(({ error }) => (error as { code: string }).code === 'store_unavailable')).to.equal(
      true,
    );
    expect((await timed(read)).ms).to.be.below(patiently(100));
    await server.resume();
    expect(await untilServed()).to.be.below(patiently(5_000));
  });

  it('that was killed: served within 5 s of its start, with the same login', async () => {
    await server.kill();
    const { error, ms } = await timed(read);
    expect(error).to.include({ code: 'store_unavailable' });
    expect(ms).to.be.below(patiently(2_100));
    await server.restart();
    expect(await untilServed()).to.be.below(patiently(5_000));
  });

  it('that revoked our token under 32 readers: one login, and all of them succeed', async () => {
    const logins = () => vault.log.lines.filter((line) => line.event === 'vault_login').length;
    const before = logins();
    await vault.root.request('POST', `sys/leases/revoke-prefix/auth/${vault.mounts.approleMount}/login`, {});
    await store.write('aws/other-00000002', values('x'), 0);
    const reads = await Promise.all(
      Array.from({ length: 32 }, (_, i) => (i % 2 ? read() : store.metadata(PATH))),
    );
    expect(reads.every((value) => value === 'one' || value !== null)).to.equal(true);
    expect(logins()).to.equal(before + 1);
  });

  it('whose policy is too narrow for one path: unavailable there with an alarm, all else served', async () => {
    await vault.root.request('POST', `${vault.mounts.kvMount}/data/azure/narrow-00000003`, {
      data: { a: '1' },
    });
    const name = vaultName('api', vault.mounts);
    const { policy } = (await vault.root.request('GET', `sys/policies/acl/${name}`)).body.data;
    const narrowed = `${policy}\npath "${vault.mounts.kvMount}/data/azure/*" { capabilities = ["deny"] }`;
    await vault.root.request('POST', `sys/policies/acl/${name}`, { policy: narrowed });
    vault.log.lines.length = 0;
    expect(await rejection(store.read('azure/narrow-00000003', 1, null, []))).to.include({
      code: 'store_unavailable',
    });
    expect(vault.log.lines.filter((line) => line.level === 'error').map((line) => line.event)).to.deep.equal([
      'vault_policy_fault',
    ]);
    expect(await read()).to.equal('one');
    await vault.root.request('POST', `sys/policies/acl/${name}`, { policy });
  });

  it('whose answer to a write was lost: one version, one success', async () => {
    const path = 'openai/lost-00000004';
    const proxy = await dropping(server.address);
    const { connection, lost } = await through(proxy.address);
    proxy.dropNext = true;
    const written = await lost.write(path, values('once'), 0);
    expect(written.version).to.equal(1);
    expect((await store.metadata(path))?.currentVersion).to.equal(1);
    proxy.dropNext = true;
    const second = await Promise.allSettled([
      lost.write(path, values('twice'), 1),
      store.write(path, values('else'), 1),
    ]);
    expect(second.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect((await store.metadata(path))?.currentVersion).to.equal(2);
    await connection.close();
    await proxy.close();
  });

  it('that no longer takes our secret id: told in the log, not ready, and nothing ends', async () => {
    const { roles } = await bootstrapVault(vault.root, {
      ...vault.mounts,
      policiesDir: 'vault-policies',
    });
    const login = {
      kind: 'approle',
      mount: vault.mounts.approleMount,
      roleId: roles.api.roleId,
      secretId: new Secret('bad'),
    } as const;
    const connection = connectVault({ transport: vault.transport, login, role: 'api', log: vault.log });
    vault.log.lines.length = 0;
    await connection.start();
    expect(vault.log.lines[0]).to.deep.include({ level: 'error', event: 'vault_login_failed' });
    expect(connection.status.tokenSecondsLeft()).to.equal(0);
    expect(await rejection(connection.access.ask('GET', 'auth/token/lookup-self'))).to.include({
      code: 'store_unavailable',
    });
    await connection.close();
  });

  async function through(address: string): Promise<{ connection: VaultConnection; lost: SecretStore }> {
    const { secretId } = await issueSecretId(vault.root, 'api', vault.mounts);
    const approle = `auth/${vault.mounts.approleMount}/role/${vaultName('api', vault.mounts)}/role-id`;
    const roleId = (await vault.root.request('GET', approle)).body.data.role_id;
    const login = { kind: 'approle', mount: vault.mounts.approleMount, roleId, secretId } as const;
    const connection = connectVault({
      transport: openTransport([address]),
      login,
      role: 'api',
      log: vault.log,
    });
    await connection.start();
    const lost = createSecretStore({
      access: connection.access,
      mount: vault.mounts.kvMount,
      log: vault.log,
    });
    return { connection, lost };
  }
});

interface Dropping {
  address: string;
  /** The next write is passed on, and its answer is not. */
  dropNext: boolean;
  close(): Promise<void>;
}

async function dropping(target: string): Promise<Dropping> {
  const proxy: Dropping = { address: '', dropNext: false, close: async () => undefined };
  const server: Server = createServer((incoming, outgoing) => {
    const drop = proxy.dropNext && incoming.method === 'POST';
    if (drop) proxy.dropNext = false;
    const options = { method: incoming.method ?? 'GET', headers: incoming.headers };
    const passed = forward(`${target}${incoming.url}`, options, (answer) => {
      answer.once('end', () => drop && incoming.socket.destroy());
      if (drop) answer.resume();
      else answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  };
  return proxy;
}
