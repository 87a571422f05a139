import { expect } from 'chai';
import pg from 'pg';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/broker/workerProcess.js';
import { eventually } from '../../support/eventually.js';
import { type Simulator, startSimulator } from '../../support/services/simulator.js';

const WITHIN_MS = 60_000;

/** Real processes: an API, a worker, a service that begins to refuse, and a webhook receiver. */
describe('a change of health', function () {
  this.timeout(180_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let worker: WorkerProcess;
  let service: Simulator;
  let receiver: Simulator;
  let owner: pg.Client;
  let id = '';
  let askedAt = 0;
  const arrived: { kind: string; at: number }[] = [];

  before(async () => {
    parts = await startBrokerParts();
    service = await startSimulator({
      plain: true,
      answer: ({ headers }) => {
        const isKnown = headers['x-api-key'] !== undefined && service.state !== 'refuses';
        if (headers['x-api-key'] !== undefined) askedAt = Date.now();
        return { status: isKnown ? 200 : 401, body: {} };
      },
    });
    receiver = await startSimulator({
      answer: ({ body }) => {
        const { notices } = JSON.parse(body) as { notices: { kind: string }[] };
        for (const { kind } of notices) arrived.push({ kind, at: Date.now() });
        return { status: 200, body: '' };
      },
    });
    broker = await startBrokerProcess(parts);
    worker = startWorkerProcess({ ...parts.env, LOG_LEVEL: 'info' });
    await worker.logged('started');
    owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
    const channel = { name: 'hook', kind: 'webhook', url: receiver.url, ca_pem: receiver.ca };
    await send('POST', '/api/notifications/channels', channel, 'admin');
    const fields = {
      api_key: 'a-key-of-the-lab',
      test_url: `${service.url}/whoami`,
      test_headers: 'X-Api-Key: {api_key}',
    };
    const body = { name: 'Lab', service_type: 'other', fields, secret_fields: ['api_key'], test: 'required' };
    ({ id } = await send('POST', '/api/credentials', body));
  });
  after(async () => {
    await owner.end();
    await worker.stop();
    await broker.kill('SIGTERM');
    await receiver.close();
    await service.close();
    await parts.stop();
  });

  async function send(method: string, path: string, body: object, role: 'admin' | 'engineer' = 'engineer') {
    const answer = await fetch(`${broker.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${broker.token(7, role)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(answer.ok, text).to.equal(true);
    return JSON.parse(text) as { id: string };
  }
  const run = (task: string) =>
    owner.query(`select graphile_worker.add_job($1, queue_name := $1, job_key := $1)`, [task]);
  const arrival = (kind: string) =>
    eventually(
      `the notice ${kind}`,
      async () => arrived.find((notice) => notice.kind === kind)?.at,
      WITHIN_MS,
    );

  it('that a scheduled test finds reaches a channel within 60 seconds', async () => {
    service.state = 'refuses';
    await owner.query('update broker.credentials set next_test_at = now() where id = $1', [id]);
    await run('test_due');
    const seconds = ((await arrival('health_rejected')) - askedAt) / 1000;
    console.log(`      refused, then at the receiver ${seconds.toFixed(1)} s later`);
    expect(seconds).to.be.within(0, WITHIN_MS / 1000);
  });

  it('that a person finds does so too, when the credential works again', async () => {
    service.state = '';
    await send('POST', `/api/credentials/${id}/test`, {});
    const seconds = ((await arrival('health_recovered')) - askedAt) / 1000;
    console.log(`      accepted, then at the receiver ${seconds.toFixed(1)} s later`);
    expect(seconds).to.be.within(0, WITHIN_MS / 1000);
  });

  it('is reported once, however often others look', async () => {
    for (const task of ['remind', 'notify']) {
      await run(task);
      await eventually(`an end of ${task}`, async () => {
        const { rows } = await owner.query('select 1 from graphile_worker.jobs where key = $1', [task]);
        return rows.length === 0 ? true : undefined;
      });
    }
    expect(arrived.map(({ kind }) => kind)).to.deep.equal(['health_rejected', 'health_recovered']);
    const { rows } = await owner.query(
      `select count(*)::integer as n from broker.audit_events where action = 'notice.create'`,
    );
    expect(rows[0].n).to.equal(2);
  });
});
