import { expect } from 'chai';
import pg from 'pg';
import { testDue } from '../../../src/usecases/testing/testDue.js';
import { startWorker, type Worker } from '../../../src/worker/worker.js';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';
import type { Simulator } from '../../support/services/simulator.js';
import { recordsAt } from '../postgres/postgresSupport.js';

const WRONG = proxmoxToken.secret.replace('0f', 'ff');
const MANY = 40;

describe('the worker tests what is due', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let host: Simulator;
  let anna: SignedIn;
  let owner: pg.Client;
  const workers: Worker[] = [];
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
  const call = (method: string, path: string, body?: object) => broker.call(anna.token, method, path, body);
  async function stored(more: object = {}): Promise<string> {
    const body = { name: `lab ${++count}`, service_type: 'proxmox', fields: fields(more), test: 'skip' };
    return (await call('POST', '/api/credentials', body)).body.id;
  }
  const planOf = async (id: string): Promise<Date | null> =>
    (await owner.query('select next_test_at from broker.credentials where id = $1', [id])).rows[0]
      .next_test_at;
  const runsOf = async (id: string): Promise<{ trigger: string; code: string; caller: string }[]> =>
    (await call('GET', `/api/credentials/${id}/tests`)).body.items;

  /** Lets the moment of these come, and waits until the worker has looked. */
  async function comeDue(...ids: string[]): Promise<void> {
    await owner.query(
      `update broker.credentials set next_test_at = now() - interval '1 minute'
       where id = any ($1) and next_test_at is not null`,
      [ids],
    );
    await broker.system.ports.jobs.enqueue({ task: 'test_due', key: 'test_due', queue: 'test_due' });
    await eventually('an empty queue', async () => {
      const { waiting, running } = await broker.system.ports.jobs.status();
      return waiting + running === 0 ? true : undefined;
    });
  }

  before(async () => {
    broker = await startBrokerSystem();
    host = await startProxmox();
    anna = await broker.person('anna', 'engineer');
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    for (let n = 0; n < 2; n += 1) workers.push(await startWorker(broker.system));
  });
  after(async () => {
    for (const worker of workers) await worker.stop();
    await owner.end();
    await host.close();
    await broker.stop();
  });
  beforeEach(() => {
    host.state = '';
    host.mostAtOnce = 0;
  });

  it('once each, no more than two at a host at once, and spreads the next time', async () => {
    const ids: string[] = [];
    for (let n = 0; n < MANY; n += 1) ids.push(await stored());
    await comeDue(...ids);
    for (const id of ids)
      expect((await runsOf(id)).map((r) => [r.trigger, r.code, r.caller])).to.deep.equal([
        ['schedule', 'ok', 'system'],
      ]);
    expect(host.mostAtOnce).to.be.within(1, 2);
    const plans: (Date | null)[] = [];
    for (const id of ids) plans.push(await planOf(id));
    const hours = plans.map((plan) => ((plan?.getTime() ?? 0) - Date.now()) / 3_600_000);
    expect(Math.min(...hours)).to.be.within(5.3, 6.7);
    expect(Math.max(...hours) - Math.min(...hours), 'spread').to.be.greaterThan(0.1);
  });

  it('never again where the service refused, until a new version or a success', async () => {
    const id = await stored({ token_value: WRONG });
    await comeDue(id);
    expect((await runsOf(id)).map((r) => r.code)).to.deep.equal(['invalid_credential']);
    expect(await planOf(id)).to.equal(null);
    await comeDue(id);
    expect(await runsOf(id)).to.have.length(1);
    await call('PATCH', `/api/credentials/${id}`, {
      fields: { token_value: proxmoxToken.secret },
      test: 'skip',
    });
    expect(await planOf(id)).to.be.an.instanceOf(Date);
    await comeDue(id);
    expect((await runsOf(id)).map((r) => r.code)).to.deep.equal(['ok', 'invalid_credential']);
    expect((await call('GET', `/api/credentials/${id}`)).body.health).to.equal('ok');
  });

  it('again after a person tested it with success, and what signs in alike with it', async () => {
    const [first, second] = [await stored(), await stored()];
    await comeDue(first, second);
    host.state = 'expired';
    await comeDue(first);
    const refused = await planOf(second);
    expect(await planOf(first)).to.equal(null);
    expect(refused?.getTime(), 'looked at soon').to.be.at.most(Date.now());
    const asked = host.seen.length;
    await comeDue(second);
    expect(host.seen.length, 'nothing was sent').to.equal(asked);
    expect((await runsOf(second)).map((r) => r.code)).to.deep.equal(['expired', 'ok']);
    expect(await planOf(second)).to.equal(null);
    host.state = '';
    expect((await call('POST', `/api/credentials/${first}/test`)).body.code).to.equal('ok');
    expect(await planOf(first)).to.be.an.instanceOf(Date);
    await comeDue(second);
    expect((await runsOf(second)).map((r) => r.code)).to.deep.equal(['ok', 'expired', 'ok']);
  });

  it('at its own interval where it has one', async () => {
    const id = await stored();
    await comeDue(id);
    const bad = await call('PATCH', `/api/credentials/${id}`, { test_interval_minutes: 4 });
    expect(bad.status).to.equal(400);
    const { body } = await call('PATCH', `/api/credentials/${id}`, { test_interval_minutes: 60 });
    expect(body.test_interval_minutes).to.equal(60);
    const minutes = async () => ((await planOf(id))?.getTime() ?? 0) / 60_000 - Date.now() / 60_000;
    expect(await minutes()).to.be.within(53, 67);
    await comeDue(id);
    expect(await minutes()).to.be.within(53, 67);
    await call('PATCH', `/api/credentials/${id}`, { test_interval_minutes: null });
    expect(await minutes()).to.be.within(320, 400);
  });

  it('later and without a run where others have all turns at the host; a person waits for one', async () => {
    const id = await stored();
    const other = recordsAt(broker.database.appUrl);
    const taken = [
      await other.hostSlots.take('127.0.0.1', 60_000),
      await other.hostSlots.take('127.0.0.1', 60_000),
    ];
    const asked = host.seen.length;
    await comeDue(id);
    expect(host.seen.length).to.equal(asked);
    expect(await runsOf(id)).to.deep.equal([]);
    const { rows } = await owner.query(
      `select extract(epoch from run_at - now()) as wait from graphile_worker.jobs where key = $1`,
      [`test:${id}`],
    );
    expect(Number(rows[0].wait)).to.be.within(250, 610);
    const person = call('POST', `/api/credentials/${id}/test`);
    for (const giveBack of taken) await giveBack?.();
    expect((await person).body.code).to.equal('ok');
    await other.close();
  });

  it('and keeps no result that comes after the credential was claimed anew', async () => {
    const id = await stored();
    const { ports } = broker.system;
    for (const worker of workers.splice(0)) await worker.stop();
    await owner.query('update broker.credentials set test_claim = 7 where id = $1', [id]);
    const asked = host.seen.length;
    await testDue(ports, { credentialId: id, claim: 6, lane: 'late' });
    expect(host.seen.length, 'nothing was sent').to.equal(asked);
    host.delayMs = 150;
    const late = testDue(ports, { credentialId: id, claim: 7, lane: 'late' });
    await eventually('a request under way', async () => (host.seen.length > asked ? true : undefined));
    await owner.query('update broker.credentials set test_claim = 8 where id = $1', [id]);
    await late;
    host.delayMs = 0;
    expect(await runsOf(id)).to.deep.equal([]);
    expect((await call('GET', `/api/credentials/${id}`)).body.health).to.equal('unchecked');
    workers.push(await startWorker(broker.system));
  });

  it('not where the secret would go to a new host, until a person tested that', async () => {
    const id = await stored();
    await call('PATCH', `/api/credentials/${id}`, {
      fields: { host: `localhost:${host.port}` },
      test: 'skip',
    });
    expect(await planOf(id)).to.equal(null);
    await comeDue(id);
    expect(await runsOf(id)).to.deep.equal([]);
    await call('POST', `/api/credentials/${id}/test`);
    expect(await planOf(id)).to.be.an.instanceOf(Date);
  });

  it('not where a person found out meanwhile that it is refused', async () => {
    const id = await stored();
    for (const worker of workers.splice(0)) await worker.stop();
    const { ports } = broker.system;
    await owner.query('update broker.credentials set next_test_at = now() where id = $1', [id]);
    expect(
      await ports.jobs.enqueueDueTests(new Date(), {
        limit: 10,
        afterMs: 0,
        spreadMs: 0,
        before: 0,
        except: [],
      }),
    ).to.equal(1);
    host.state = 'expired';
    await call('POST', `/api/credentials/${id}/test`);
    workers.push(await startWorker(broker.system));
    await eventually('an empty queue', async () => {
      const { waiting, running } = await ports.jobs.status();
      return waiting + running === 0 ? true : undefined;
    });
    expect((await runsOf(id)).map((r) => r.trigger)).to.deep.equal(['request']);
  });

  it('not what was deleted or switched off, and skips what has no test', async () => {
    const off = await stored();
    await call('PATCH', `/api/credentials/${off}`, { disabled: true });
    const gone = await stored();
    await call('DELETE', `/api/credentials/${gone}`);
    const untestable = await call('POST', '/api/credentials', {
      name: 'free',
      service_type: 'other',
      fields: { value: 'v' },
    });
    await comeDue(off, gone, untestable.body.id);
    expect(await runsOf(off)).to.deep.equal([]);
    expect(await runsOf(untestable.body.id)).to.deep.equal([]);
    const { rows } = await owner.query('select 1 from broker.test_runs where credential_id = $1', [gone]);
    expect(rows).to.deep.equal([]);
    const { tasks } = await broker.system.ports.jobs.status();
    expect(tasks.find(({ task }) => task === 'test_credential')).to.include({ failures: 0 });
  });
});
