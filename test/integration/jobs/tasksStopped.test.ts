import { expect } from 'chai';
import pg from 'pg';
import { taskWatch } from '../../../src/usecases/operations/watchTasks.js';
import { startWorker } from '../../../src/worker/worker.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';

const WATCHED = ['checkpoint', 'notify', 'test_due'];

/** Who sees it when a worker is stopped by hand: the API, which goes on. */
describe('scheduled jobs that somebody stops', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let owner: pg.Pool;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Pool({ connectionString: broker.database.ownerUrl });
  });
  after(async () => {
    await owner.end();
    await broker.stop();
  });

  const silent = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(`${broker.url}/metrics`)).text();
    const lines = [...text.matchAll(/^broker_task_silent_seconds\{task="(\w+)"\} (\d+)$/gm)];
    return Object.fromEntries(lines.map(([, task = '', seconds]) => [task, Number(seconds)]));
  };
  const notices = async () =>
    (await broker.call(broker.admin.token, 'GET', '/api/notifications?kind=tasks_stopped')).body.items;

  it('show in the metrics of the API and as one notice to the admins, and no more once they go on', async () => {
    const watch = taskWatch(broker.system.ports);
    // The first one declares the schedules; all that is due runs as soon as the next one starts.
    await (await startWorker(broker.system)).stop();
    const startedWorker = async () => {
      await owner.query(`update broker.worker_schedules set next_due_at = now() - interval '1 second'`);
      const worker = await startWorker(broker.system);
      await eventually('all watched tasks', ran, 60_000);
      return worker;
    };
    const ran = async () => {
      const { rows } = await owner.query(
        `select 1 from broker.worker_tasks where task = any($1) and last_ok_at > now() - interval '1 minute'`,
        [WATCHED],
      );
      return rows.length === WATCHED.length ? true : undefined;
    };
    const worker = await startedWorker();
    expect(await watch()).to.deep.equal([]);
    await worker.stop();
    // Four minutes pass.
    await owner.query(`update broker.worker_tasks set last_ok_at = last_ok_at - interval '4 minutes'`);
    const { rows } = await owner.query('select count(*)::int as n from broker.worker_tasks');
    expect(rows[0].n).to.be.at.least(WATCHED.length);
    expect((await watch()).sort()).to.deep.equal(WATCHED);
    await watch();
    const [notice, ...more] = await notices();
    expect(more).to.deep.equal([]);
    expect(notice).to.include({ severity: 'critical' });
    for (const task of WATCHED) expect(notice.text).to.contain(task);
    // The metrics are held for five seconds.
    const seconds = await eventually('the metrics', async () => {
      const seen = await silent();
      return Object.values(seen).every((each) => each > 180) ? seen : undefined;
    });
    expect(Object.keys(seconds).sort()).to.deep.equal(WATCHED);
    const again = await startedWorker();
    try {
      expect(await watch()).to.deep.equal([]);
    } finally {
      await again.stop();
    }
  });
});
