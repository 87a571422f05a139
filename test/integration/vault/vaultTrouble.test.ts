import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import {
  CREDENTIAL_KEYS,
  madeUpValue,
  SETTINGS_SECRET_KEYS,
} from '../../support/cases/glassdomeSecretKeys.js';
import { patiently } from '../../support/patience.js';
import { startTcpProxy, type TcpProxy } from '../../support/services/tcpProxy.js';

const DEADLINE_MS = 8_000;
const BACK_WITHIN_MS = 5_000;

interface Answer {
  status: number;
  text: string;
  retryAfter: string | null;
  ms: number;
}

describe('the whole broker while its Vault is in trouble', function () {
  this.timeout(120_000);
  const canary = `canary-${randomBytes(9).toString('hex')}`;
  /** Glassdome has two names for one password. */
  const expectedFor = (key: string) => {
    const meant = key === 'proxmox_admin_passwd' ? 'proxmox_01_password' : key;
    return madeUpValue(meant).replace('value-of', canary);
  };
  let parts: BrokerParts;
  let proxy: TcpProxy;
  let broker: BrokerProcess;
  let account: string;
  let id: string;

  async function call(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
    const began = performance.now();
    const answer = await fetch(`${broker.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const retryAfter = answer.headers.get('retry-after');
    return { status: answer.status, text, retryAfter, ms: performance.now() - began };
  }
  const anna = () => broker.token(7);
  const get = (path: string) => call(anna(), 'GET', path);
  const settings = () =>
    call(account, 'POST', '/api/credentials/resolve', {
      items: SETTINGS_SECRET_KEYS.map((env) => ({ env })),
      used_by: 'settings',
    });

  async function accountToken(made: { client_id: string; client_secret: string }): Promise<string> {
    const answer = await fetch(`${broker.base}/api/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', ...made }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  async function importAll(): Promise<void> {
    const made = JSON.parse((await call(anna(), 'POST', '/api/service-accounts', { name: 'celery' })).text);
    const lines = CREDENTIAL_KEYS.map((key) => `${key.toUpperCase()}=${expectedFor(key)}`);
    const content = [...lines, 'PROXMOX_TOKEN_NAME=glassdome', 'AWS_REGION=eu-west-1'].join('\n');
    const done = await call(anna(), 'POST', '/api/imports/env', {
      content,
      dry_run: false,
      grant_to: [`service_account:${made.client_id}`],
    });
    expect(done.status, done.text).to.equal(200);
    account = await accountToken({ client_id: made.client_id, client_secret: made.client_secret });
  }

  before(async () => {
    parts = await startBrokerParts();
    proxy = await startTcpProxy({ port: Number(new URL(parts.vault.address).port) });
    parts.env['VAULT_ADDR'] = `http://127.0.0.1:${proxy.port}`;
    broker = await startBrokerProcess(parts);
    await importAll();
    const body = { name: 'one', service_type: 'openai', fields: { api_key: canary }, env_names: {} };
    id = JSON.parse((await call(anna(), 'POST', '/api/credentials', body)).text).id;
  });
  after(async () => {
    await broker.kill();
    await proxy.stop();
    await parts.stop();
  });

  /** Nothing secret, nothing empty, nothing made up, and in time. */
  function expectUnavailable(answer: Answer): void {
    expect([answer.status, JSON.parse(answer.text).code]).to.deep.equal([503, 'store_unavailable']);
    expect(Number(answer.retryAfter)).to.be.greaterThan(0);
    expect(answer.ms).to.be.below(patiently(DEADLINE_MS));
    expect(answer.text).not.to.contain(canary);
  }

  async function expectNothingLeaves(): Promise<void> {
    const answers = await Promise.all([
      get(`/api/credentials/${id}/secret`),
      settings(),
      get('/api/environment'),
      call(anna(), 'PATCH', `/api/credentials/${id}`, { fields: { model: 'gpt-4' } }),
      call(anna(), 'POST', `/api/credentials/${id}/rotate`, { fields: { api_key: 'x' } }),
    ]);
    for (const answer of answers) expectUnavailable(answer);
    const name = `new ${randomBytes(4).toString('hex')}`;
    const create = { name, service_type: 'openai', fields: { api_key: 'x' }, env_names: {} };
    expectUnavailable(await call(anna(), 'POST', '/api/credentials', create));
    expect((await get('/api/credentials')).status).to.equal(200);
    expect((await get(`/api/credentials/${id}`)).status).to.equal(200);
    expect((await fetch(`${broker.base}/livez`)).status).to.equal(200);
  }

  async function expectBackSoon(): Promise<void> {
    const began = performance.now();
    let status = 0;
    while (status !== 200 && performance.now() - began < patiently(20_000))
      status = (await get(`/api/credentials/${id}/secret`)).status;
    expect(performance.now() - began).to.be.below(patiently(BACK_WITHIN_MS));
    const { items } = JSON.parse((await settings()).text) as { items: { status: string }[] };
    expect(items.filter((item) => item.status === 'ok')).to.have.length(CREDENTIAL_KEYS.length);
    let ready = 0;
    while (ready !== 200 && performance.now() - began < patiently(20_000))
      ready = (await fetch(`${broker.base}/readyz`)).status;
    expect(performance.now() - began).to.be.below(patiently(BACK_WITHIN_MS));
    expect(broker.child.exitCode).to.equal(null);
  }

  async function notReady(cause: string): Promise<void> {
    const until = performance.now() + patiently(8_000);
    let found: { status: number; vault?: string } = { status: 200 };
    while ((found.status === 200 || found.vault !== cause) && performance.now() < until) {
      const answer = await fetch(`${broker.base}/readyz`);
      found = { ...((await answer.json()) as { vault: string }), status: answer.status };
    }
    expect(found).to.deep.equal({ status: 503, vault: cause, postgres: 'ok', audit: 'ok' });
  }

  it('resolves the 46 names of one settings object for a service account in one call', async () => {
    const { status, text } = await settings();
    expect(status).to.equal(200);
    const { items } = JSON.parse(text) as { items: { status: string; fields?: Record<string, string> }[] };
    expect(items).to.have.length(46);
    for (const [i, key] of CREDENTIAL_KEYS.entries()) {
      expect([key, items[i]?.status]).to.deep.equal([key, 'ok']);
      expect(Object.values(items[i]?.fields ?? {})).to.deep.equal([expectedFor(key)]);
    }
  });

  const faults: [string, string, () => unknown, () => unknown][] = [
    ['sealed', 'sealed', () => parts.vault.seal(), () => parts.vault.unseal()],
    ['hung', 'frozen', () => parts.vault.pause(), () => parts.vault.resume()],
    ['killed', 'unreachable', () => parts.vault.kill(), () => parts.vault.restart()],
    ['behind a network that swallows', 'frozen', () => setMode('hold'), () => setMode('pass')],
    ['behind a network that resets', 'unreachable', () => setMode('drop'), () => setMode('pass')],
  ];
  const setMode = (mode: TcpProxy['mode']) => {
    proxy.mode = mode;
  };
  for (const [name, cause, begin, end] of faults) {
    it(`${name}: answers 503 in time, names Vault as the cause, and serves within 5 s of the end`, async () => {
      await begin();
      try {
        await expectNothingLeaves();
        await notReady(cause);
      } finally {
        await end();
      }
      await expectBackSoon();
    });
  }

  async function asRoot(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'X-Vault-Token': parts.vault.rootToken };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${parts.vault.address}/v1/${path}`, init);
    return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
  }

  it('its token revoked: logs in once more and goes on, without an error for anybody', async () => {
    const listed = await asRoot('LIST', 'auth/token/accessors');
    const { keys } = listed['data'] as { keys: string[] };
    for (const accessor of keys) {
      const { data } = await asRoot('POST', 'auth/token/lookup-accessor', { accessor });
      const { policies } = data as { policies: string[] };
      if (policies.includes('broker-api')) await asRoot('POST', 'auth/token/revoke-accessor', { accessor });
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(`/api/credentials/${id}/secret`)));
    expect(answers.map((answer) => answer.status)).to.deep.equal(Array(8).fill(200));
  });

  it('its policy too narrow: a 503 of ours and an alarm, never a 403 of the caller', async () => {
    const before = (await asRoot('GET', 'sys/policies/acl/broker-api'))['data'] as { policy: string };
    await asRoot('PUT', 'sys/policies/acl/broker-api', {
      policy: 'path "sys/health" { capabilities = ["read"] }',
    });
    try {
      expectUnavailable(await get(`/api/credentials/${id}/secret`));
      expectUnavailable(await settings());
      expect(broker.output()).to.contain('vault_policy_fault');
    } finally {
      await asRoot('PUT', 'sys/policies/acl/broker-api', { policy: before.policy });
    }
    await expectBackSoon();
  });

  it('has written no value into its log through all of it', () => {
    expect(broker.output()).not.to.contain(canary);
  });
});
