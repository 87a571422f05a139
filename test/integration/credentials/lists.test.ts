import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

const DAY = 86_400_000;

describe('the list of the page', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  let anna: SignedIn;
  let ben: SignedIn;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    anna = await broker.person('anna', 'engineer');
    ben = await broker.person('ben', 'engineer');
  });
  after(async () => {
    await owner.end();
    await broker.stop();
  });

  const store = async (who: SignedIn, name: string, change: object = {}): Promise<string> => {
    const { status, body } = await broker.call(who.token, 'POST', '/api/credentials', {
      name,
      service_type: 'other',
      fields: { token: 'canary-of-a-list', url: `https://${name.toLowerCase().replaceAll(' ', '-')}.lab` },
      secret_fields: ['token'],
      test: 'skip',
      ...change,
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    return body.id;
  };
  const get = async (who: SignedIn, path: string) => {
    const { status, body } = await broker.call(who.token, 'GET', path);
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(JSON.stringify(body)).not.to.contain('canary-of-a-list');
    return body;
  };
  const names = async (who: SignedIn, query: string): Promise<string[]> =>
    (await get(who, `/api/credentials?${query}`)).items.map(({ name }: { name: string }) => name);
  const tested = (id: string, health: string, advice: string) =>
    owner.query(
      `with run as (insert into broker.test_runs (credential_id, version, tested_at, trigger, caller, code, advice, health,
         warnings, duration_ms) values ($1, 1, now(), 'request', 'x', 'invalid_credential', $3, $2, '{}', 1))
       update broker.credentials set health = $2, last_test_code = 'invalid_credential' where id = $1`,
      [id, health, advice],
    );
  const within = (days: number) => new Date(Date.now() + days * DAY).toISOString();

  it('orders, filters, searches and sums up what the caller may see, and nothing else', async () => {
    const lab = await store(anna, 'Lab', { env_names: { LAB_TOKEN: 'token' }, labels: { site: 'berlin' } });
    await store(anna, 'Soon', { expires_at: within(10) });
    await store(anna, 'Later', { expires_at: within(20) });
    const past = await store(anna, 'Past');
    await owner.query(`update broker.credentials set expires_at = now() - interval '1 day' where id = $1`, [
      past,
    ]);
    const foreign = await store(ben, 'Foreign', { expires_at: within(3) });
    await tested(lab, 'rejected', 'Make a new token.');
    await tested(foreign, 'rejected', 'Make a new token.');
    await owner.query(`update broker.credentials set identity = 'lab@pve' where id = $1`, [lab]);

    expect(await names(anna, 'sort=name')).to.deep.equal(['Lab', 'Later', 'Past', 'Soon']);
    expect(await names(anna, 'sort=-name&limit=2')).to.deep.equal(['Soon', 'Past']);
    expect(await names(anna, 'sort=expires_at')).to.deep.equal(['Past', 'Soon', 'Later', 'Lab']);
    expect(await names(anna, 'sort=-expires_at')).to.deep.equal(['Later', 'Soon', 'Past', 'Lab']);
    expect(await names(anna, 'sort=health&attention=true')).to.deep.equal(['Lab', 'Past', 'Soon']);
    expect(await names(anna, 'attention=false')).to.deep.equal(['Later']);
    expect(await names(anna, 'group=other,cloud&health=rejected,ok')).to.deep.equal(['Lab']);
    expect(await names(anna, 'group=cloud&service_type=other')).to.deep.equal([]);
    expect(await names(anna, 'service_type=other,k8s,kubernetes&name=Lab')).to.deep.equal(['Lab']);
    for (const q of ['lab.lab', 'LAB_TOK', 'site=berlin', 'lab@pve', 'BERLIN'])
      expect(await names(anna, `q=${encodeURIComponent(q)}`), q).to.deep.equal(['Lab']);
    expect(await names(anna, 'q=local%3Aben')).to.deep.equal([]);
    expect(await names(broker.admin, 'q=local%3Aben')).to.deep.equal(['Foreign']);
    for (const query of ['sort=owner', 'health=ok,fine', 'group=', 'service_type=nothing', 'attention=maybe'])
      expect((await broker.call(anna.token, 'GET', `/api/credentials?${query}`)).status, query).to.equal(400);

    const { items } = await get(anna, '/api/credentials?sort=name');
    expect(
      items.map(({ attention }: { attention: { code: string } | null }) => attention?.code ?? null),
    ).to.deep.equal(['health_rejected', null, 'expired', 'expiring']);
    expect(items[0].attention.text).to.equal('Make a new token.');
    expect(items[3].attention.text).to.equal(
      `It expires on ${within(10).slice(0, 10)}: create a new one and rotate it before that date.`,
    );

    const summary = await get(anna, '/api/credentials/summary');
    const health = { ok: 0, limited: 0, rejected: 1, unreachable: 0, unchecked: 3 };
    expect(summary.groups).to.deep.equal([
      { group: 'other', title: 'Other', service_types: [{ service_type: 'other', total: 4, health }] },
    ]);
    expect([summary.total, summary.attention]).to.deep.equal([4, 3]);
    expect(summary.expiring.map(({ name }: { name: string }) => name)).to.deep.equal(['Soon', 'Later']);
    expect(summary.needs.map(({ name }: { name: string }) => name)).to.deep.equal(['Lab', 'Past', 'Soon']);
    expect(summary.needs[0]).to.deep.equal({
      id: lab,
      name: 'Lab',
      service_type: 'other',
      health: 'rejected',
      attention: { code: 'health_rejected', text: 'Make a new token.' },
    });
    const nobody = await broker.person('carl', 'engineer');
    expect(await get(nobody, '/api/credentials/summary')).to.deep.equal({
      total: 0,
      attention: 0,
      groups: [],
      expiring: [],
      needs: [],
    });
    expect((await get(broker.admin, '/api/credentials/summary')).total).to.equal(5);
  });

  it('sums up who used a credential, to those who may see it', async () => {
    const id = await store(anna, 'Used');
    const other = await store(ben, 'Used by others');
    const read = (used_by: string) =>
      broker.call(anna.token, 'GET', `/api/credentials/${id}/secret`, undefined, { 'x-used-by': used_by });
    for (const agent of ['agent-1', 'agent-1', 'agent-2']) await read(agent);
    await broker.call(anna.token, 'POST', `/api/credentials/${id}/usage`, {
      used_by: 'agent-1',
      success: false,
    });
    await broker.call(anna.token, 'POST', `/api/credentials/${id}/usage`, {
      used_by: 'agent-2',
      success: true,
    });
    await broker.call(ben.token, 'GET', `/api/credentials/${other}/secret`, undefined, {
      'x-used-by': 'agent-9',
    });
    await owner
      .query(
        `insert into broker.credential_usage (credential_id, used_by, used_at, success, caller)
       values ($1, 'long ago', now() - interval '31 days', true, 'local:anna')`,
        [id],
      )
      .catch(() => undefined);
    const { items, since } = await get(anna, `/api/credentials/${id}/usage/consumers`);
    const short = items.map(({ used_by, caller, uses, failures }: Record<string, unknown>) => [
      used_by,
      caller,
      uses,
      failures,
    ]);
    expect(short).to.have.deep.members([
      ['agent-1', 'local:anna', 2, 1],
      ['agent-2', 'local:anna', 1, 0],
    ]);
    expect(items[0].used_by).to.equal('agent-2');
    expect(Date.now() - Date.parse(since)).to.be.closeTo(30 * DAY, 60_000);
    expect((await broker.call(ben.token, 'GET', `/api/credentials/${id}/usage/consumers`)).status).to.equal(
      404,
    );
  });
});
