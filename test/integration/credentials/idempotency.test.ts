import { expect } from 'chai';
import pg from 'pg';
import { routes } from '../../../src/http/app.js';
import { idempotencyKey } from '../../../src/http/headers.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

const CANARY = 'canary-in-a-stored-answer';
const content = `OPENAI_API_KEY=${CANARY}\nWHO_KNOWS=1\n`;
const PATH = '/api/imports/env';

describe('a repeated import', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  let anna: SignedIn;
  let count = 0;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
  });
  beforeEach(async () => {
    count += 1;
    anna = await broker.person(`anna${count}`, 'engineer');
  });
  after(async () => {
    await owner.end();
    await broker.stop();
  });

  const importing = (key: string, body: object = {}) =>
    broker.call(anna.token, 'POST', PATH, { content, dry_run: false, ...body }, { 'idempotency-key': key });
  const rowOf = async () =>
    (await owner.query('select * from broker.idempotency_keys where actor = $1', [anna.principal])).rows[0];
  const credentialsOfAnna = async () => (await broker.call(anna.token, 'GET', '/api/credentials')).body.items;

  it('answers what the first one did, and does nothing', async () => {
    const first = await importing('k1');
    expect(first.body.groups[0].result).to.equal('created');
    expect(first.headers.get('idempotent-replayed')).to.equal(null);
    await broker.call(anna.token, 'DELETE', `/api/credentials/${first.body.groups[0].credential_id}`);
    const second = await importing('k1');
    expect(second.headers.get('idempotent-replayed')).to.equal('true');
    expect([second.status, second.body]).to.deep.equal([200, first.body]);
    expect(await credentialsOfAnna()).to.have.length(0);
  });

  it('keeps no value, and no plain hash of one, in the stored answer', async () => {
    await importing('k2');
    const row = JSON.stringify(await rowOf());
    expect(row).to.include('credential_id').and.not.include(CANARY);
    for (const name of ['OPENAI_API_KEY', 'WHO_KNOWS', 'rows']) expect(row).to.not.include(name);
    expect((await rowOf()).request_fingerprint).to.match(/^vault:v1:/);
  });

  it('is refused for another request, the preview included', async () => {
    await importing('k3');
    for (const body of [{ dry_run: true }, { content: `${content}# more` }, { grant_to: ['team:red'] }])
      expect((await importing('k3', body)).body.code).to.equal('idempotency_key_reused');
    const create = { name: 'x', service_type: 'other', fields: { v: '1' } };
    const other = await broker.call(anna.token, 'POST', '/api/credentials', create, {
      'idempotency-key': 'k3',
    });
    expect(other.body.code).to.equal('idempotency_key_reused');
  });

  it('waits for one that runs, and does again what one that was cut off began', async () => {
    await importing('k4');
    await owner.query(
      `update broker.idempotency_keys set state = 'in_progress', response = null where actor = $1`,
      [anna.principal],
    );
    expect((await importing('k4')).body.code).to.equal('idempotency_in_progress');
    await owner.query(
      `update broker.idempotency_keys set locked_until = now() - interval '1 second' where actor = $1`,
      [anna.principal],
    );
    const again = await importing('k4');
    expect(again.body.groups[0].result).to.equal('unchanged');
    expect((await rowOf()).state).to.equal('done');
    expect(await credentialsOfAnna()).to.have.length(1);
  });

  for (const [then, change] of [
    ['deleted', ['DELETE', '', undefined]],
    ['disabled', ['PATCH', '', { disabled: true }]],
  ] as const)
    it(`makes no second credential where the first was finished after a crash and then ${then}`, async () => {
      const headers = { 'idempotency-key': `k-${then}` };
      const wanted = { name: 'once', service_type: 'other', fields: { v: '1' } };
      const create = () => broker.call(anna.token, 'POST', '/api/credentials', wanted, headers);
      const first = await create();
      // What the reconciler leaves of a request that was cut off behind Vault: the credential, and a key in progress.
      await owner.query(
        `update broker.idempotency_keys set state = 'in_progress', response = null, locked_until = now() - interval '1 s'
         where actor = $1`,
        [anna.principal],
      );
      const [method, path, body] = change;
      await broker.call(anna.token, method, `/api/credentials/${first.body.id}${path}`, body);
      const again = await create();
      expect([again.body.id, again.headers.get('idempotent-replayed')]).to.deep.equal([
        first.body.id,
        'true',
      ]);
      const { rows } = await owner.query('select id from broker.credentials where owner = $1', [
        anna.principal,
      ]);
      expect(rows).to.have.length(1);
    });

  it('is free to try again when the first one failed', async () => {
    expect((await importing('k5', { grant_to: ['team:unknown'] })).status).to.equal(400);
    expect(await rowOf()).to.equal(undefined);
    expect((await importing('k5')).body.groups[0].result).to.equal('created');
  });

  it('from Vault is claimed and freed in the same way', async () => {
    const body = { vault_token: 'hvs.nobody' };
    const headers = { 'idempotency-key': 'k6' };
    const { status } = await broker.call(broker.admin.token, 'POST', '/api/imports/vault', body, headers);
    expect(status).to.equal(400);
    const text = `select details->>'idempotency' as word from broker.audit_events
                  where actor = 'local:admin' and action = 'credential.import' order by at, seq`;
    const { rows } = await owner.query(text);
    expect(rows.map(({ word }) => word)).to.deep.equal(['settled']);
  });

  it('has a key that no other call takes in silence', async () => {
    const heeded: string[] = [];
    for (const { method, path, headers: supported } of routes.filter((route) => route.method !== 'get')) {
      const at = path.replace(/\{\w+\}/g, '1');
      const headers = { 'idempotency-key': 'k7' };
      const { status, body } = await broker.call(broker.admin.token, method.toUpperCase(), at, {}, headers);
      const refused = body.fields?.[0]?.field === 'Idempotency-Key';
      expect([method, path, refused]).to.deep.equal([
        method,
        path,
        supported === undefined || !Object.values(supported).includes(idempotencyKey),
      ]);
      if (refused) expect(status).to.equal(400);
      else heeded.push(path);
    }
    expect(heeded.sort()).to.deep.equal([
      '/api/bulk',
      '/api/credentials',
      '/api/credentials/{id}/rotate',
      PATH,
      '/api/imports/vault',
    ]);
    const { body } = await broker.call(null, 'GET', '/openapi.json');
    const named = Object.entries(body.paths as Record<string, { post?: { parameters: { name: string }[] } }>)
      .filter(([, { post }]) => post?.parameters.some(({ name }) => name === 'Idempotency-Key'))
      .map(([path]) => path);
    expect(named.sort()).to.deep.equal(heeded);
  });
});
