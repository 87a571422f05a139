import { expect } from 'chai';
import pg from 'pg';
import { MAX_VERSIONS } from '../../../src/domain/credentials/credential.js';
import { OutboundFailure } from '../../../src/domain/testing/outbound.js';
import type { Ports } from '../../../src/ports/ports.js';
import type { OutboundSession } from '../../../src/ports/testing.js';
import { systemCall } from '../../../src/usecases/gate/systemCall.js';
import { destroyMarked } from '../../../src/usecases/reconcile/destroyDeleted.js';
import { recordOrphans } from '../../../src/usecases/reconcile/orphans.js';
import { reconcile } from '../../../src/usecases/reconcile/reconcile.js';
import { recordFindings } from '../../../src/usecases/reconcile/vaultFindings.js';
import { tasksOf } from '../../../src/worker/tasks.js';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import type { Simulator } from '../../support/services/simulator.js';
import { rejection } from '../../support/services/vaultSetup.js';

const WRONG = proxmoxToken.secret.replace('0f', 'ff');

describe('what people do in Vault is told within one reconciliation', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let host: Simulator;
  let anna: SignedIn;
  let owner: pg.Client;
  let count = 0;

  before(async () => {
    broker = await startBrokerSystem();
    host = await startProxmox();
    anna = await broker.person('anna', 'engineer');
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
  });
  after(async () => {
    await owner.end();
    await host.close();
    await broker.stop();
  });

  const settle = async (options: { dryRun?: boolean; drift?: 'adopt' } = {}) => {
    const ports = { ...broker.system.ports, store: await broker.system.reconcilerStore() };
    return reconcile(ports, { graceMs: 0, dryRun: false, ...options });
  };
  const call = (method: string, path: string, body?: object, who = anna) =>
    broker.call(who.token, method, path, body);

  const fields = (more: object = {}) => ({
    host: `127.0.0.1:${host.port}`,
    auth_method: 'api_token',
    user: proxmoxToken.user,
    token_name: proxmoxToken.name,
    token_value: proxmoxToken.secret,
    tls_mode: 'custom_ca',
    ca_cert_pem: host.ca,
    ...more,
  });

  /** Another client of Vault, with rights of its own. */
  async function vault(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'X-Vault-Token': broker.vault.rootToken };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${broker.vault.address}/v1/glassdome-credentials/${path}`, init);
    expect(answer.status, `${method} ${path}`).to.be.below(300);
    return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
  }

  async function stored(more: object = {}): Promise<{ id: string; path: string }> {
    const name = `lab ${++count}`;
    const body = { name, service_type: 'proxmox', fields: fields(more), test: 'skip' };
    const answer = await call('POST', '/api/credentials', body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    const { id } = answer.body as { id: string };
    const { rows } = await owner.query('select vault_path from broker.credentials where id = $1', [id]);
    return { id, path: rows[0].vault_path };
  }
  /** What Vault holds now, with some of it changed, as a person does it in the UI. */
  async function edit(path: string, change: object): Promise<void> {
    const answer = (await vault('GET', `data/${path}`)) as { data: { data: object } };
    await vault('POST', `data/${path}`, { data: { ...answer.data.data, ...change } });
  }

  const found = async (id: string, who = anna) => {
    const { body } = await call('GET', '/api/findings?resolved=true', undefined, who);
    return (body.items as Record<string, unknown>[])
      .filter((item) => (item['credential'] as { id: string } | null)?.id === id)
      .map(({ kind, version, resolution }) => `${kind} ${version} ${resolution}`);
  };
  /** Whether a report of this moment names it among what was changed in Vault. */
  const reported = async (id: string): Promise<boolean> => {
    const { body } = await call('POST', '/api/reports', {}, broker.admin);
    return body.lists.drift.lines.some((line: { id: string }) => line.id === id);
  };
  const told = async (id: string): Promise<Record<string, unknown>[]> => {
    const text = `select kind, recipient, body from broker.notifications where credential_id = $1
                  order by created_at, kind`;
    return (await owner.query(text, [id])).rows;
  };
  const toldKinds = async (id: string) => (await told(id)).map(({ kind }) => kind);
  const audited = async (id: string, action: string): Promise<number> => {
    const text = 'select 1 from broker.audit_events where credential_id = $1 and action = $2';
    return (await owner.query(text, [id, action])).rows.length;
  };
  const adopt = async (id: string, other: Partial<Ports> = {}): Promise<void> => {
    const ports = { ...broker.system.ports, ...other };
    const task = tasksOf({ ...broker.system, ports, drift: 'adopt' })['adopt_drift'];
    await task?.({ credential_id: id }, new AbortController().signal);
  };
  const secretOf = (id: string) => call('GET', `/api/credentials/${id}/secret`);
  const activate = (id: string, version: number, who = anna) =>
    call('POST', `/api/credentials/${id}/versions/${version}/activate`, {}, who);

  it('an edit: recorded by the names of its fields, told to the owner once, and used when he says so', async () => {
    const { id, path } = await stored();
    await edit(path, { token_value: WRONG });
    const report = await settle();
    expect(report.drift).to.deep.equal([{ credentialId: id, recorded: 1, found: 2 }]);
    await settle();
    expect(await found(id)).to.deep.equal(['drift 2 null']);
    const { versions } = { versions: (await call('GET', `/api/credentials/${id}/versions`)).body.items };
    expect(versions[0]).to.deep.include({ version: 2, active: false, author: 'vault', source: 'drift' });
    expect(versions[0].changed_fields).to.deep.equal(['token_value']);
    const [notice, ...more] = await told(id);
    expect(more).to.deep.equal([]);
    expect(notice).to.deep.include({ kind: 'drift', recipient: anna.principal });
    expect(notice?.['body']).to.deep.include({ version: 2, changed: 'token_value', active_version: 1 });
    expect(await audited(id, 'credential.drift_found')).to.equal(1);
    const test = await call('POST', `/api/credentials/${id}/test`, { version: 2 });
    expect(test.body).to.deep.include({ code: 'invalid_credential' });
    expect((await secretOf(id)).body).to.deep.include({ version: 1 });
    expect((await activate(id, 2)).status).to.equal(200);
    expect((await secretOf(id)).body.fields.token_value).to.equal(WRONG);
    expect(await found(id)).to.deep.equal(['drift 2 activated']);
    expect((await settle()).drift).to.deep.equal([]);
  });

  it('several edits are one finding of the newest, and the active version can be kept', async () => {
    const { id, path } = await stored();
    await edit(path, { token_value: WRONG });
    await edit(path, { user: 'other@pve' });
    await settle();
    await edit(path, { user: 'third@pve' });
    await settle();
    expect(await found(id)).to.have.members(['drift 3 superseded', 'drift 4 null']);
    expect(await reported(id)).to.equal(true);
    expect(await audited(id, 'credential.drift_found')).to.equal(3);
    expect((await activate(id, 1)).status).to.equal(200);
    expect(await found(id)).to.have.members(['drift 3 superseded', 'drift 4 kept']);
    expect(await reported(id)).to.equal(false);
    await settle();
    expect(await found(id)).to.have.length(2);
  });

  it('an edit that a rotation came after is told, and over', async () => {
    const { id, path } = await stored();
    await edit(path, { token_value: WRONG });
    const rotate = () =>
      call('POST', `/api/credentials/${id}/rotate`, { fields: { token_value: 'next-one' } });
    expect((await rotate()).status).to.equal(409);
    expect((await rotate()).status).to.equal(200);
    await settle();
    expect(await found(id)).to.deep.equal(['drift 2 superseded']);
    expect(await toldKinds(id)).to.deep.equal(['drift']);
    expect((await activate(id, 2)).status).to.equal(200);
  });

  it('a version that leads elsewhere is activated by who may read it, not by a role, and not tested unasked', async () => {
    const { id, path } = await stored();
    await edit(path, { host: 'elsewhere.lab' });
    await settle({ drift: 'adopt' });
    const refused = await activate(id, 2, broker.admin);
    expect(refused.status).to.equal(403);
    expect(refused.body.detail).to.contain('a different host');
    expect((await activate(id, 2)).status).to.equal(200);
    const { body } = await call('GET', `/api/credentials/${id}`);
    expect([body.settings.host, body.health]).to.deep.equal(['elsewhere.lab', 'unchecked']);
    expect(await audited(id, 'credential.destination_changed')).to.equal(1);
    const { rows } = await owner.query('select next_test_at from broker.credentials where id = $1', [id]);
    expect(rows[0].next_test_at).to.equal(null);
  });

  it('a version that breaks the rules is not used, and nothing of it leaves Vault', async () => {
    const { id, path } = await stored();
    await edit(path, { host: 'host of canary-in-host', 'canary-in-name': 1, constructor: 'x' });
    await settle({ drift: 'adopt' });
    const refused = await activate(id, 2);
    expect(refused.status).to.equal(400);
    expect(refused.body.detail).to.contain('fields.host');
    expect((await call('POST', `/api/credentials/${id}/test`, { version: 2 })).status).to.equal(400);
    const { rows } = await owner.query(
      `select settings, changed_fields, secret_fields from broker.credential_versions
       where credential_id = $1 and version = 2`,
      [id],
    );
    expect(rows[0]).to.deep.include({ settings: {} });
    expect(rows[0].changed_fields).to.deep.equal(['(no field name)', 'constructor', 'host']);
    const tables = ['vault_findings', 'notifications', 'credential_versions', 'audit_events'];
    for (const table of tables) {
      const like = `select 1 from broker.${table} t where t::text like '%canary-in%'`;
      expect((await owner.query(like)).rows, table).to.deep.equal([]);
    }
  });

  it('a delete of the active version, its return, and its end', async () => {
    const { id, path } = await stored();
    await vault('POST', `delete/${path}`, { versions: [1] });
    expect((await settle()).activeGone).to.deep.equal([id]);
    expect((await secretOf(id)).status).to.equal(410);
    expect(await found(id)).to.deep.equal(['active_gone 1 null']);
    await vault('POST', `undelete/${path}`, { versions: [1] });
    await settle();
    expect((await secretOf(id)).status).to.equal(200);
    expect(await found(id)).to.deep.equal(['active_gone 1 recovered']);
    expect(await toldKinds(id)).to.deep.equal(['active_gone', 'vault_recovered']);
    await call('PATCH', `/api/credentials/${id}`, { fields: { token_value: 'second' }, test: 'skip' });
    await vault('PUT', `destroy/${path}`, { versions: [2] });
    await settle();
    const destroyed = (await told(id)).at(-1)?.['body'];
    expect(destroyed).to.deep.include({ version: 2, how: 'destroyed', severity: 'critical' });
    expect(await audited(id, 'credential.active_gone')).to.equal(2);
    await activate(id, 1);
    await settle();
    expect(await found(id)).to.have.members(['active_gone 1 recovered', 'active_gone 2 recovered']);
  });

  const states = async (id: string) => {
    const { items } = (await call('GET', `/api/credentials/${id}/versions`)).body;
    return items.map((v: { version: number; state: string }) => `${v.version} ${v.state}`);
  };
  const changed = (id: string, token_value: string) =>
    call('PATCH', `/api/credentials/${id}`, { fields: { token_value }, test: 'skip' });

  it('a delete and a destroy of versions that are not in use: told once, in the history, and not activated', async () => {
    const { id, path } = await stored();
    for (const value of ['second', 'third', 'fourth']) await changed(id, value);
    await vault('POST', `delete/${path}`, { versions: [1] });
    await vault('PUT', `destroy/${path}`, { versions: [2] });
    const dry = await settle({ dryRun: true });
    expect(await states(id)).to.deep.equal(['4 available', '3 available', '2 available', '1 available']);
    const report = await settle();
    for (const { versionStates } of [dry, report])
      expect(versionStates).to.deep.equal([
        { credentialId: id, version: 1, state: 'deleted' },
        { credentialId: id, version: 2, state: 'destroyed' },
      ]);
    expect((await settle()).versionStates).to.deep.equal([]);
    expect(await states(id)).to.deep.equal(['4 available', '3 available', '2 destroyed', '1 deleted']);
    expect(await audited(id, 'credential.versions_changed_in_vault')).to.equal(1);
    expect(await found(id)).to.deep.equal([]);
    const [notice, ...more] = await told(id);
    expect(more).to.deep.equal([]);
    expect(notice).to.deep.include({ kind: 'versions_gone', recipient: anna.principal });
    expect(notice?.['body']).to.deep.include({ versions: '1 deleted, 2 destroyed', severity: 'info' });
    const refused = [await activate(id, 1), await activate(id, 2)];
    expect(refused.map(({ status }) => status)).to.deep.equal([410, 410]);
    expect(refused[0]?.body.detail).to.contain('Version 1 was deleted in Vault; undelete it');
    expect(refused[1]?.body.detail).to.contain('Version 2 was permanently destroyed in Vault');
    expect(await audited(id, 'credential.activate')).to.equal(0);
    await vault('POST', `undelete/${path}`, { versions: [1] });
    expect((await settle()).versionStates).to.deep.equal([
      { credentialId: id, version: 1, state: 'available' },
    ]);
    expect(await states(id)).to.include('1 available');
    expect(await audited(id, 'credential.versions_changed_in_vault')).to.equal(2);
    expect(await toldKinds(id)).to.deep.equal(['versions_gone']);
    expect((await activate(id, 1)).status).to.equal(200);
  });

  it('versions that Vault drops by their age: in the history, and no news', async () => {
    const { id } = await stored();
    for (let n = 2; n <= MAX_VERSIONS + 1; n += 1) await changed(id, `value-${n}`);
    await settle();
    expect((await states(id)).slice(-2)).to.deep.equal(['2 available', '1 dropped']);
    expect(await audited(id, 'credential.versions_changed_in_vault')).to.equal(1);
    expect(await told(id)).to.deep.equal([]);
    expect((await activate(id, 1)).body.code).to.equal('gone');
  });

  it('what becomes of older versions, by one request to Vault for each path', async () => {
    const { path } = await stored();
    await vault('POST', `delete/${path}`, { versions: [1] });
    const store = await broker.system.reconcilerStore();
    const asked: string[] = [];
    const ask = store.metadata.bind(store);
    store.metadata = (of) => {
      asked.push(of);
      return ask(of);
    };
    await reconcile({ ...broker.system.ports, store }, { graceMs: 0, dryRun: false });
    expect(asked.filter((of) => of === path)).to.have.length(1);
  });

  it('a path that is removed, and one that is written anew', async () => {
    const { id, path } = await stored();
    await vault('DELETE', `metadata/${path}`);
    expect((await settle()).missing).to.deep.equal([id]);
    expect(await found(id)).to.deep.equal(['missing 1 null']);
    await vault('POST', `data/${path}`, { data: fields({ token_value: WRONG }) });
    expect((await settle()).replaced).to.deep.equal([id]);
    const drift = (await settle()).drift.map(({ credentialId }) => credentialId);
    expect(drift).to.not.include(id);
    expect(await found(id)).to.have.members(['missing 1 superseded', 'replaced 1 null']);
    expect(await toldKinds(id)).to.deep.equal(['missing', 'replaced']);
    expect((await secretOf(id)).body.code).to.equal('integrity_error');
    await call('DELETE', `/api/credentials/${id}`);
    await settle();
    expect(await found(id)).to.have.members(['missing 1 superseded', 'replaced 1 deleted']);
  });

  it('with DRIFT=adopt an edit is used once it passed its test, and not when it fails', async () => {
    const [good, bad] = [await stored({ token_value: WRONG }), await stored()];
    await edit(good.path, { token_value: proxmoxToken.secret });
    await edit(bad.path, { token_value: WRONG });
    await settle({ drift: 'adopt' });
    // What the service said of the secret before goes with it.
    await owner.query(
      `update broker.credentials set expires_at = now() + interval '9 days', expires_source = 'provider' where id = $1`,
      [good.id],
    );
    for (const { id } of [good, bad]) await adopt(id);
    const { body } = await call('GET', `/api/credentials/${good.id}`);
    expect(body).to.deep.include({ active_version: 2, health: 'ok', last_test_code: 'ok' });
    expect(body.expires_at).to.equal(null);
    expect(await found(good.id)).to.deep.equal(['drift 2 adopted']);
    expect(await toldKinds(good.id)).to.deep.equal(['drift', 'drift_adopted']);
    expect((await call('GET', `/api/credentials/${bad.id}`)).body.active_version).to.equal(1);
    const tests = async () => (await call('GET', `/api/credentials/${bad.id}/tests`)).body.items;
    expect((await tests()).map((t: { code: string }) => t.code)).to.deep.equal(['invalid_credential']);
    await settle({ drift: 'adopt' });
    await adopt(bad.id);
    expect(await tests(), 'a second login').to.have.length(1);
  });

  it('an edit that its host had no time for, or did not judge, is tried again, one after the other', async () => {
    const { id, path } = await stored({ token_value: WRONG });
    await edit(path, { token_value: proxmoxToken.secret });
    const queue = async () => {
      await owner.query(`delete from graphile_worker._private_jobs where key = $1`, [`adopt:${id}`]);
      await settle({ drift: 'adopt' });
      const text = 'select queue_name from graphile_worker.jobs where key = $1';
      return (await owner.query(text, [`adopt:${id}`])).rows;
    };
    expect(await queue()).to.deep.equal([{ queue_name: 'adopt_drift' }]);
    const busy: OutboundSession = {
      turnedAway: true,
      contacted: [],
      now: () => new Date(),
      send: () => Promise.reject(new OutboundFailure('busy')),
      certificates: () => Promise.reject(new OutboundFailure('busy')),
      close: async () => undefined,
    };
    await adopt(id, { outbound: { open: () => busy } });
    expect(await queue()).to.have.length(1);
    const tests = async () => (await call('GET', `/api/credentials/${id}/tests`)).body.items;
    expect(await tests()).to.deep.equal([]);
    host.fault = 'rate_limited';
    await adopt(id);
    host.fault = 'none';
    expect((await tests()).map((t: { code: string }) => t.code)).to.deep.equal(['rate_limited']);
    expect(await queue()).to.have.length(1);
    await adopt(id);
    expect(await found(id)).to.deep.equal(['drift 2 adopted']);
  });

  it('an edit to what was refused of another credential is not sent once more', async () => {
    const token_value = WRONG.replace('ff', 'ee');
    const [first, second] = [await stored({ token_value }), await stored()];
    await call('POST', `/api/credentials/${first.id}/test`);
    await edit(second.path, { token_value });
    await settle({ drift: 'adopt' });
    host.seen.length = 0;
    await adopt(second.id);
    expect(host.seen).to.deep.equal([]);
    const [run, ...more] = (await call('GET', `/api/credentials/${second.id}/tests`)).body.items;
    expect(more).to.deep.equal([]);
    expect(run).to.deep.include({ code: 'invalid_credential', version: 2 });
    expect(run.advice).to.contain('Not tried: ');
  });

  it('what two processes find at once is told once', async () => {
    const { id } = await stored();
    const { ports } = broker.system;
    const { credential: row } = await ports.records.access(systemCall().caller, id);
    if (row === null) throw new Error('the credential is gone');
    const looked = { row, metadata: null, unrecorded: [], recorded: [], open: [] };
    await recordFindings(ports, looked);
    expect(await rejection(recordFindings(ports, looked))).to.include({ code: 'conflict' });
    expect(await toldKinds(id)).to.deep.equal(['missing']);
    const destroyed = { createdTime: row.activeCreatedTime ?? '', deleted: false, destroyed: true };
    const metadata = { currentVersion: 1, maxVersions: 0, versions: new Map([[1, destroyed]]), custom: {} };
    const recorded = await ports.findings.recorded([id]);
    const open = await ports.findings.openOf(id);
    const turned = { ...looked, metadata, recorded, open: [] };
    await recordFindings(ports, { ...turned, open });
    expect(await rejection(recordFindings(ports, turned))).to.include({ code: 'conflict' });
    expect(await audited(id, 'credential.versions_changed_in_vault')).to.equal(1);
    const orphan = { path: `proxmox/nobodys-${count}`, custom: {} };
    await recordOrphans(ports, [orphan]);
    expect(await rejection(recordOrphans(ports, [orphan]))).to.include({ code: 'conflict' });
    const text = `select 1 from broker.notifications where kind = 'orphan' and body->>'paths' = $1`;
    expect((await owner.query(text, [orphan.path])).rows).to.have.length(1);
    await settle();
    await owner.query(`delete from broker.vault_findings where path = $1`, [orphan.path]);
    await owner.query(`delete from broker.notifications where kind = 'orphan'`);
  });

  it('is seen by who owns or manages it and by admins, counted for Prometheus, and listed by a dry run', async () => {
    const { id, path } = await stored();
    await edit(path, { token_value: WRONG });
    const dry = await settle({ dryRun: true });
    expect(dry.drift.map(({ credentialId }) => credentialId)).to.include(id);
    expect(await found(id)).to.deep.equal([]);
    await settle();
    const bert = await broker.person('bert', 'engineer');
    expect(await found(id, bert)).to.deep.equal([]);
    const grant = (level: string) => {
      const grants = [{ subject_kind: 'user', subject: bert.principal, level }];
      return call('PUT', `/api/credentials/${id}/grants`, { grants });
    };
    expect((await grant('read')).status).to.equal(200);
    expect(await found(id, bert)).to.deep.equal([]);
    expect((await grant('manage')).status).to.equal(200);
    expect(await found(id, bert)).to.deep.equal(['drift 2 null']);
    expect((await call('GET', '/api/notifications?kind=drift', undefined, bert)).body.items).to.have.length(
      1,
    );
    const cora = await broker.person('cora', 'engineer');
    const account = await call('POST', '/api/service-accounts', { name: 'poller' }, cora);
    expect(await found(id, cora)).to.deep.equal([]);
    const give = 'update broker.credentials set owner = $2 where id = $1';
    await owner.query(give, [id, `sa:${account.body.id}`]);
    expect(await found(id, cora)).to.deep.equal(['drift 2 null']);
    await owner.query(give, [id, anna.principal]);
    expect(await found(id, broker.admin)).to.deep.equal(['drift 2 null']);
    const { body } = await call('GET', '/api/findings?limit=1&kind=drift', undefined, broker.admin);
    expect(body.items).to.have.length(1);
    expect(body.next_cursor).to.be.a('string');
    const open = (await call('GET', '/api/findings?kind=drift', undefined, broker.admin)).body.items.length;
    const metrics = await (await fetch(`${broker.url}/metrics`)).text();
    expect(metrics).to.contain(`broker_vault_findings{kind="drift"} ${open}\n`);
  });

  it('a row that is deleted by hand: its value is kept, told to the admins, and can be put back', async () => {
    const { id, path } = await stored();
    const child = [
      'credential_versions',
      'write_intents',
      'grants',
      'notifications',
      'credential_last_use',
      'active_versions',
    ];
    const kept = (await owner.query('select * from broker.credentials where id = $1', [id])).rows[0];
    for (const table of child)
      await owner.query(`delete from broker.${table} where credential_id = $1`, [id]);
    await owner.query('delete from broker.credentials where id = $1', [id]);
    expect((await settle()).orphans).to.deep.equal([path]);
    await settle();
    const orphans = async (more = '') =>
      (await call('GET', `/api/findings?kind=orphan${more}`, undefined, broker.admin)).body.items;
    expect(await orphans()).to.have.length(1);
    expect((await orphans())[0]).to.deep.include({ path, credential: null });
    expect((await orphans())[0].facts).to.deep.equal({ id, name: kept.name, owner: anna.principal });
    expect((await call('GET', '/api/findings?kind=orphan')).body.items).to.deep.equal([]);
    const notices = await owner.query(
      `select recipient, body from broker.notifications where kind = 'orphan'`,
    );
    expect(notices.rows).to.deep.equal([{ recipient: 'admins', body: { paths: path, count: 1 } }]);
    const value = (await vault('GET', `data/${path}`)) as { data: { data: { token_value: string } } };
    expect(value.data.data.token_value).to.equal(proxmoxToken.secret);
    const { search_text: _made, ...columns } = kept;
    const names = Object.keys(columns);
    const text = `insert into broker.credentials (${names}) values (${names.map((_, n) => `$${n + 1}`)})`;
    await owner.query(text, Object.values(columns));
    expect((await settle()).orphans).to.deep.equal([]);
    expect((await orphans('&resolved=true'))[0].resolution).to.equal('known');
  });

  for (const after of ['1s', '720h', '87600h'])
    it(`delete_version_after=${after}: ended by the next write and by the reconciliation, audited`, async () => {
      const { id, path } = await stored();
      const expiry = async () =>
        ((await vault('GET', `metadata/${path}`)) as { data: Record<string, unknown> }).data;
      await vault('POST', `metadata/${path}`, { delete_version_after: after });
      expect((await settle({ dryRun: true })).expiring).to.deep.equal([id]);
      expect((await expiry())['delete_version_after']).to.not.equal('0s');
      expect((await settle()).expiring).to.deep.equal([id]);
      expect((await expiry())['delete_version_after']).to.equal('0s');
      expect((await settle()).expiring).to.deep.equal([]);
      const text = `select count(*)::int as n from broker.audit_events where action = $1 and credential_id = $2`;
      const { rows } = await owner.query(text, ['credential.expiry_removed_in_vault', id]);
      expect(rows[0].n).to.equal(1);
      await vault('POST', `metadata/${path}`, { delete_version_after: after });
      const rotated = await call('POST', `/api/credentials/${id}/rotate`, {
        fields: { token_value: `new-${after}` },
      });
      expect(rotated.status).to.be.lessThan(300);
      expect((await expiry())['delete_version_after']).to.equal('0s');
      const versions = (await expiry())['versions'] as Record<string, { deletion_time: string }>;
      expect(Object.values(versions).map((one) => one.deletion_time)).to.satisfy((all: string[]) =>
        all.every((time) => time === ''),
      );
      await call('DELETE', `/api/credentials/${id}`);
    });

  it('a path of a credential that was destroyed is an orphan when it comes back', async () => {
    const { id, path } = await stored();
    await call('DELETE', `/api/credentials/${id}`);
    await call('POST', `/api/credentials/${id}/destroy`);
    expect((await settle()).toDestroy).to.deep.equal([id]);
    const done = await destroyMarked(broker.system.ports, await broker.system.destroyer());
    expect(done).to.deep.equal({ destroyed: 1, failed: 0, waiting: 0 });
    await vault('POST', `data/${path}`, { data: { a: 'b' } });
    expect((await settle()).orphans).to.deep.equal([path]);
    await vault('DELETE', `metadata/${path}`);
    expect((await settle()).orphans).to.deep.equal([]);
  });

  it('by one process at a time', async () => {
    await owner.query(`select pg_advisory_lock(hashtext('broker.reconcile'))`);
    const failure = await settle().then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    expect(failure).to.equal('conflict');
    expect((await settle({ dryRun: true })).failed).to.deep.equal([]);
    await owner.query(`select pg_advisory_unlock(hashtext('broker.reconcile'))`);
    expect((await settle()).failed).to.deep.equal([]);
  });

  it('with an audit trail that holds', async () => {
    const { body } = await call('GET', '/api/audit/verify', undefined, broker.admin);
    expect(body.ok, JSON.stringify(body.problems)).to.equal(true);
  });
});
