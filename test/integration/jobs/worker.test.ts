import { expect } from 'chai';
import pg from 'pg';
import { startWorker, type Worker } from '../../../src/worker/worker.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';

describe('the worker', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  const workers: Worker[] = [];

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    for (let n = 0; n < 2; n += 1) workers.push(await startWorker(broker.system));
  });
  after(async () => {
    for (const worker of workers) await worker.stop();
    await owner.end();
    await broker.stop();
  });

  const status = async () => (await broker.call(broker.admin.token, 'GET', '/api/worker')).body;

  it('signs checkpoints and reconciles with Vault when that is due, once for all processes', async () => {
    const minute = () => Math.floor(Date.now() / 60_000);
    const began = minute();
    await owner.query(`update broker.worker_schedules set next_due_at = now() - interval '1 second'`);
    workers.push(await startWorker(broker.system));
    const tasks = await eventually('both tasks done', async () => {
      const known: { task: string; runs: number }[] = (await status()).tasks;
      const both = known.filter(({ task }) => task === 'checkpoint' || task === 'reconcile');
      return both.length === 2 ? both : undefined;
    });
    // One more where a full minute passed meanwhile.
    const most = 1 + minute() - began;
    for (const task of tasks) {
      expect(task).to.deep.include({ last_code: 'ok', failures: 0 });
      expect(task.runs).to.be.within(1, most);
    }
    const { rows } = await owner.query('select count(*)::integer as n from broker.audit_checkpoints');
    expect(rows[0].n).to.be.within(1, most);
  });

  it('tells admins how it stands, and Prometheus how much waits and fails', async () => {
    const { queue, workers: alive, schedules } = await status();
    expect(queue).to.include({ waiting: 0, dead: 0, lag_seconds: 0 });
    expect(alive).to.have.length(3);
    expect(schedules.map((s: { name: string }) => s.name)).to.include.members(['checkpoint', 'reconcile']);
    const metrics = await (await fetch(`${broker.url}/metrics`)).text();
    expect(metrics).to.match(/^broker_jobs\{state="waiting"\} 0$/m);
    expect(metrics).to.match(/^broker_workers 3$/m);
    expect(metrics).to.match(/^broker_job_runs_total\{task="checkpoint"\} [12]$/m);
    expect(metrics).to.match(/^broker_job_failures_total\{task="reconcile"\} 0$/m);
  });

  it('leaves nothing behind when it is stopped', async () => {
    await workers.pop()?.stop();
    expect((await status()).workers).to.have.length(2);
  });
});
