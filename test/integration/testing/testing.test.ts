import { expect } from 'chai';
import { BrokerError } from '../../../src/domain/errors.js';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import {
  type Answer,
  type BrokerSystem,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';
import type { Simulator } from '../../support/services/simulator.js';

const WRONG = proxmoxToken.secret.replace('0f', 'ff');

/** Tests before and after saving, through the whole broker on real parts, against a host that refuses as Proxmox does. */
describe('a credential is proven', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let host: Simulator;
  let anna: SignedIn;
  let ben: SignedIn;
  let count = 0;

  const fields = (more: object = {}) => ({
    host: `127.0.0.1:${host.port}`,
    user: proxmoxToken.user,
    token_name: proxmoxToken.name,
    token_value: proxmoxToken.secret,
    tls_mode: 'custom_ca',
    ca_cert_pem: host.ca,
    ...more,
  });
  const post = (who: SignedIn, path: string, body: object = {}): Promise<Answer> =>
    broker.call(who.token, 'POST', path, body);
  const create = (more: object = {}, body: object = {}) =>
    post(anna, '/api/credentials', {
      name: `lab ${++count}`,
      service_type: 'proxmox',
      fields: fields(more),
      ...body,
    });
  const stored = async (): Promise<string> => (await create()).body.id as string;

  before(async () => {
    broker = await startBrokerSystem({ testsPerMinute: 400 });
    host = await startProxmox();
    anna = await broker.person('anna', 'engineer');
    ben = await broker.person('ben', 'engineer');
  });
  after(async () => {
    await host.close();
    await broker.stop();
  });
  beforeEach(() => {
    host.fault = 'none';
    host.state = '';
    host.seen.length = 0;
  });

  it('before it is stored, and nothing of it stays', async () => {
    const before = await broker.call(anna.token, 'GET', '/api/credentials');
    const good = await post(anna, '/api/credentials/test', { service_type: 'proxmox', fields: fields() });
    expect(good.status).to.equal(200);
    expect(good.body).to.include({
      code: 'ok',
      ok: true,
      identity: 'broker@pve!glassdome',
      version: '9.1.6',
    });
    const bad = await post(anna, '/api/credentials/test', {
      service_type: 'proxmox',
      fields: fields({ token_value: WRONG }),
    });
    expect(bad.body).to.include({ code: 'invalid_credential', ok: false, failed_step: 'authentication' });
    expect(JSON.stringify([good.body, bad.body])).to.not.include('127.0.0.1');
    const after = await broker.call(anna.token, 'GET', '/api/credentials');
    expect(after.body.items.length).to.equal(before.body.items.length);
  });

  it('with a row in the audit trail that names the address, and no value in it', async () => {
    await post(anna, '/api/credentials/test', { service_type: 'proxmox', fields: fields() });
    const { body } = await broker.call(
      broker.admin.token,
      'GET',
      '/api/audit?action=credential.test_unsaved',
    );
    expect(body.items[0].details.contacted).to.deep.equal([`127.0.0.1:${host.port} → 127.0.0.1`]);
    expect(JSON.stringify(body)).to.not.include(proxmoxToken.secret);
  });

  it('after it is stored: health, identity and history tell the truth', async () => {
    const id = await stored();
    const fine = await post(anna, `/api/credentials/${id}/test`);
    expect(fine.body).to.include({ code: 'ok', health: 'ok' });
    host.state = 'expired';
    const over = await post(anna, `/api/credentials/${id}/test`);
    expect(over.body).to.include({ code: 'expired', health: 'rejected' });
    host.state = '';
    host.fault = 'rate_limited';
    const busy = await post(anna, `/api/credentials/${id}/test`);
    expect(busy.body, 'a limit says nothing about the credential').to.include({
      code: 'rate_limited',
      health: 'rejected',
      retry_after_seconds: 7,
    });
    const { body: now } = await broker.call(anna.token, 'GET', `/api/credentials/${id}`);
    expect(now).to.include({ health: 'rejected', last_test_code: 'rate_limited', last_test_status: false });
    expect(now.revision, 'a test changes nothing').to.equal(2);
    expect(now.identity).to.equal('broker@pve!glassdome');
    const { body: past } = await broker.call(anna.token, 'GET', `/api/credentials/${id}/tests?limit=2`);
    expect(past.items.map((run: { code: string }) => run.code)).to.deep.equal(['rate_limited', 'expired']);
    const next = `/api/credentials/${id}/tests?limit=2&cursor=${past.next_cursor}`;
    const rest = await broker.call(anna.token, 'GET', next);
    expect(rest.body.items.map((run: { code: string }) => run.code)).to.deep.equal(['ok']);
  });

  it('by whoever may use it, and by nobody else', async () => {
    const id = await stored();
    expect((await post(ben, `/api/credentials/${id}/test`)).status).to.equal(404);
    const grants = [{ subject_kind: 'user', subject: ben.principal, level: 'use' }];
    await broker.call(anna.token, 'PUT', `/api/credentials/${id}/grants`, { grants });
    expect((await post(ben, `/api/credentials/${id}/test`)).body.code).to.equal('ok');
    expect((await broker.call(ben.token, 'GET', `/api/credentials/${id}/secret`)).status).to.equal(403);
  });

  it('version by version, each with its own host and secret', async () => {
    const id = await stored();
    await broker.call(anna.token, 'PATCH', `/api/credentials/${id}`, { fields: { token_value: WRONG } });
    const second = await post(anna, `/api/credentials/${id}/test`);
    expect(second.body).to.include({ code: 'invalid_credential', health: 'rejected' });
    const first = await post(anna, `/api/credentials/${id}/test`, { version: 1 });
    expect(first.body).to.include({ code: 'ok' });
    expect(first.body.credential.version).to.equal(1);
    const { body: now } = await broker.call(anna.token, 'GET', `/api/credentials/${id}`);
    expect(now.health, 'an old version says nothing about the active one').to.equal('rejected');
    expect((await post(anna, `/api/credentials/${id}/test`, { version: 9 })).status).to.equal(404);
  });

  it('on create: nothing is stored or sent while Vault can’t tell whose account it is', async () => {
    const { fingerprints } = broker.system.ports;
    const makeAll: typeof fingerprints.makeAll = (all) =>
      all.some(({ purpose }) => purpose === 'account')
        ? Promise.reject(new BrokerError('store_unavailable', { detail: 'Vault is away.' }))
        : fingerprints.makeAll(all);
    Object.assign(broker.system.ports, { fingerprints: { ...fingerprints, makeAll } });
    try {
      const name = 'of no known account';
      expect((await create({}, { name, test: 'warn' })).status).to.equal(503);
      const { body } = await broker.call(anna.token, 'GET', '/api/credentials?q=of+no+known+account');
      expect([body.items, host.seen]).to.deep.equal([[], []]);
    } finally {
      Object.assign(broker.system.ports, { fingerprints });
    }
  });

  it('on create: required stores only what works, warn stores and tells, skip does not ask', async () => {
    const refused = await create({ token_value: WRONG }, { test: 'required', name: 'only if it works' });
    expect(refused.status).to.equal(422);
    expect(refused.body).to.deep.include({ code: 'test_failed' });
    expect(refused.body.test).to.deep.equal({ code: 'invalid_credential', failed_step: 'authentication' });
    const { body: found } = await broker.call(anna.token, 'GET', '/api/credentials?q=only+if+it+works');
    expect(found.items).to.deep.equal([]);
    const kept = await create({ token_value: WRONG }, { test: 'warn' });
    expect(kept.status).to.equal(201);
    expect(kept.body.health).to.equal('rejected');
    expect(kept.body.test.code).to.equal('invalid_credential');
    const good = await create({}, { test: 'required' });
    expect(good.body).to.include({ health: 'ok', identity: 'broker@pve!glassdome' });
    host.seen.length = 0;
    const quiet = await create({}, { test: 'skip' });
    expect(quiet.body).to.include({ test: null, health: 'unchecked' });
    expect(host.seen).to.deep.equal([]);
  });

  it('with TLS as the fields say, and what contradicts itself is refused by name', async () => {
    const inferred = await create({ tls_mode: null }, { test: 'required' });
    expect(inferred.body.settings.tls_mode).to.equal('custom_ca');
    expect(inferred.body.tls).to.deep.equal({ mode: 'custom_ca', warning: null });
    const both = await create({ tls_mode: 'insecure' });
    expect(both.status).to.equal(400);
    expect(JSON.stringify(both.body)).to.include('ca_cert_pem').and.include('tls_mode is insecure');
    const blind = await create({ tls_mode: 'insecure', ca_cert_pem: null });
    expect(blind.body.tls.warning.code).to.equal('tls_insecure');
    host.fault = 'failing';
    const away = await post(anna, `/api/credentials/${blind.body.id}/test`);
    expect(away.body.code).to.equal('service_error');
    expect(away.body.warnings.map(({ code }: { code: string }) => code)).to.deep.equal(['tls_insecure']);
    const { body: past } = await broker.call(anna.token, 'GET', `/api/credentials/${blind.body.id}/tests`);
    expect(past.items[0].warnings).to.deep.equal(['tls_insecure']);
    const { body: seen } = await broker.call(anna.token, 'GET', '/api/credentials?q=lab');
    const listed = seen.items.find(({ id }: { id: string }) => id === blind.body.id);
    expect(listed.tls.mode, 'lists show it too').to.equal('insecure');
  });

  it('by whoever first looks at what the host shows: nothing is sent, and the trail says where it went', async () => {
    const shown = await post(anna, '/api/tls/fetch', { host: '127.0.0.1', port: host.port });
    expect(shown.status).to.equal(200);
    expect(shown.body).to.include({ ok: true, code: 'ok' });
    expect(shown.headers.get('ratelimit'), 'it counts as a test').to.match(/^"tests"/);
    expect(shown.body.certificate.subject).to.equal('broker test');
    expect(host.seen).to.deep.equal([]);
    const pin = {
      tls_mode: null,
      ca_cert_pem: null,
      tls_fingerprint_sha256: shown.body.certificate.fingerprint_sha256,
    };
    expect((await create(pin, { test: 'required' })).body).to.include({ health: 'ok' });
    const own = await post(anna, '/api/tls/fetch', {
      host: '127.0.0.1',
      port: Number(new URL(broker.url).port),
    });
    expect(own.body).to.include({ ok: false, code: 'denied_by_policy', certificate: null });
    const mail = await post(anna, '/api/tls/fetch', { host: '127.0.0.1', port: 25 });
    expect(mail.body).to.include({ code: 'denied_by_policy', failed_step: 'address' });
    for (const odd of ['a b', 'user@host', 'host/path', 'https://host', 'host:443:1'])
      expect((await post(anna, '/api/tls/fetch', { host: odd, port: 443 })).status, odd).to.equal(400);
    const { body } = await broker.call(broker.admin.token, 'GET', '/api/audit?action=tls.fetch');
    const told = body.items.map((row: { outcome: string; details: object }) => [row.outcome, row.details]);
    expect(told).to.deep.include([
      'allowed',
      { step: null, host: '127.0.0.1', port: host.port, contacted: [`127.0.0.1:${host.port} → 127.0.0.1`] },
    ]);
    expect(told).to.have.length(3);
  });

  it('on rotation: a value that the service refuses never takes the place of one that works', async () => {
    const id = await stored();
    const body = { fields: { token_value: WRONG }, test: 'warn' };
    const refused = await post(anna, `/api/credentials/${id}/rotate`, body);
    expect(refused.status).to.equal(422);
    const { body: now } = await broker.call(anna.token, 'GET', `/api/credentials/${id}`);
    expect(now).to.include({ active_version: 1, latest_version: 1 });
    host.fault = 'failing';
    const blind = await post(anna, `/api/credentials/${id}/rotate`, body);
    expect(blind.status, 'a host that is away proves nothing against the value').to.equal(200);
    expect(blind.body).to.include({ active_version: 2, health: 'unreachable' });
  });

  it('of an end that counts for the secret it was told of, and for no other', async () => {
    const end = async (id: string) =>
      (await broker.call(anna.token, 'GET', `/api/credentials/${id}`)).body.expires_at;
    const ending = async (): Promise<string> => {
      host.state = 'administrator';
      const made = await create({}, { test: 'warn' });
      expect(made.body.expires_at).to.equal('2031-01-01T00:00:00.000Z');
      return made.body.id as string;
    };
    const at = (id: string) => `/api/credentials/${id}`;
    const [other, same, rotated, own] = [await ending(), await ending(), await ending(), await ending()];
    host.state = '';
    const next = { fields: { token_value: WRONG }, test: 'skip' };
    await broker.call(anna.token, 'PATCH', at(other), next);
    expect(await end(other), 'a new secret').to.equal(null);
    await broker.call(anna.token, 'PATCH', at(same), { fields: { default_node: 'pve02' }, test: 'skip' });
    expect(await end(same), 'the same secret').to.equal('2031-01-01T00:00:00.000Z');
    await post(anna, `${at(rotated)}/rotate`, next);
    expect(await end(rotated), 'a rotated one').to.equal(null);
    const said = { ...next, expires_at: '2030-01-01T00:00:00Z' };
    await broker.call(anna.token, 'PATCH', at(own), said);
    expect(await end(own), 'a person’s own word').to.equal('2030-01-01T00:00:00.000Z');
  });

  it('at a new host only when somebody asks', async () => {
    const id = await stored();
    const other = await startProxmox();
    try {
      const moved = { fields: { host: `127.0.0.1:${other.port}` } };
      const after = await broker.call(anna.token, 'PATCH', `/api/credentials/${id}`, moved);
      expect(after.body).to.include({ test: null, health: 'unchecked' });
      expect(other.seen).to.deep.equal([]);
      expect((await post(anna, `/api/credentials/${id}/test`)).body.code).to.equal('ok');
      expect(other.seen.length).to.be.greaterThan(0);
    } finally {
      await other.close();
    }
  });

  it('never at the broker, Vault or Postgres, whatever the list of ranges says', async () => {
    const own = [broker.url, broker.vault.address, broker.database.appUrl].map((url) => new URL(url).port);
    for (const port of own)
      for (const name of ['127.0.0.1', 'localhost', '0x7f.1', '[::ffff:127.0.0.1]', '2130706433']) {
        const body = { service_type: 'proxmox', fields: fields({ host: `${name}:${port}` }) };
        const { body: answer } = await post(anna, '/api/credentials/test', body);
        expect([name, answer.code]).to.deep.equal([name, 'denied_by_policy']);
      }
  });

  it('200 at once, with no more than two requests to one host at a time', async () => {
    const id = await stored();
    host.delayMs = 5;
    host.mostAtOnce = 0;
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => post(anna, `/api/credentials/${id}/test`)),
    );
    host.delayMs = 0;
    expect(answers.filter(({ body }) => body.code !== 'ok')).to.deep.equal([]);
    expect(host.mostAtOnce).to.equal(2);
  });
});
