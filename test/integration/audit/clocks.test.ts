import { expect } from 'chai';
import pg from 'pg';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/broker/workerProcess.js';
import { eventually } from '../../support/eventually.js';

const HOUR = 3_600_000;
const OFFSETS: Record<string, number> = {
  'an hour ahead': HOUR,
  'an hour behind': -HOUR,
  '40 days ahead': 40 * 24 * HOUR,
};

/** Of the whole process: what asks for the time gets another one. */
function wrongClock(offsetMs: number): string {
  const code = `const D = Date, ms = ${offsetMs};
    globalThis.Date = class extends D { constructor(...a) { a.length === 0 ? super(D.now() + ms) : super(...a); }
      static now() { return D.now() + ms; } };`;
  return `--import data:text/javascript,${encodeURIComponent(code)}`;
}

describe('A worker whose clock is wrong', function () {
  this.timeout(180_000);
  let parts: BrokerParts;
  let owner: pg.Pool;
  let worker: WorkerProcess | undefined;

  before(async () => {
    parts = await startBrokerParts();
    const { ownerUrl, appUrl } = parts.database;
    await migrate({ ownerUrl, appRole: decodeURIComponent(new URL(appUrl).username) });
    owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  });
  afterEach(() => worker?.stop());
  after(async () => {
    await owner?.end();
    await parts?.stop();
  });

  const one = async (text: string) =>
    (await owner.query(text)).rows[0] as Record<string, unknown> | undefined;
  const ranAgain = (after: unknown) =>
    eventually(
      'checkpoint, notify and test_due to go well',
      async () => {
        const row = await one(
          `select count(*)::integer as n from broker.worker_tasks
         where task in ('checkpoint', 'notify', 'test_due') and last_code = 'ok'
           and last_ok_at between '${String(after)}' and now() + interval '1 second'`,
        );
        return row?.['n'] === 3 ? true : undefined;
      },
      80_000,
    );
  const now = async () => (await one('select now()::text as now'))?.['now'];
  const start = (offsetMs: number) =>
    startWorkerProcess({ ...parts.env, LOG_LEVEL: 'info', NODE_OPTIONS: wrongClock(offsetMs) });

  for (const [name, offsetMs] of Object.entries(OFFSETS)) {
    it(`${name} plans by the time of Postgres, and its checkpoints bear it`, async () => {
      const began = await now();
      // As if all had been due a moment ago: the next run must not wait for a clock of its own.
      await owner.query(`update broker.worker_schedules set next_due_at = now() - interval '1 second'`);
      worker = start(offsetMs);
      await ranAgain(began);
      const plans = await one(
        `select max(next_due_at) <= now() + interval '1 minute' and min(next_due_at) > now() - interval '5 seconds' as good
         from broker.worker_schedules where expression = '* * * * *'`,
      );
      expect(plans).to.deep.equal({ good: true });
      const signed = await one(
        `select (payload::jsonb ->> 'at')::timestamptz
           between timestamptz '${String(began)}' - interval '30 seconds' and now() + interval '30 seconds' as good
         from broker.audit_checkpoints order by number desc limit 1`,
      );
      expect(signed?.['good'] ?? true).to.equal(true);
      const [line] = await worker.logged('clock_differs');
      expect(line?.['ahead_seconds']).to.be.closeTo(offsetMs / 1000, 3);
    });
  }

  it('goes on minute by minute', async () => {
    await owner.query(`update broker.worker_schedules set next_due_at = now() - interval '1 second'`);
    worker = start(HOUR);
    await ranAgain(await now());
    await ranAgain(await now());
  });

  it('leaves plans that the next worker puts right, however far they are off', async () => {
    for (const off of ['1 hour', '40 days', '2 minutes', '20 years']) {
      await owner.query(
        `update broker.worker_schedules set next_due_at = date_trunc('minute', now()) + interval '1 minute'
           + interval '${off}' where expression = '* * * * *'`,
      );
      const again = startWorkerProcess({ ...parts.env, LOG_LEVEL: 'info' });
      await again.logged('schedule_put_right', 4);
      const far = await one(
        `select count(*)::integer as n from broker.worker_schedules
         where expression = '* * * * *' and next_due_at > now() + interval '1 minute'`,
      );
      await again.stop();
      expect(far).to.deep.equal({ n: 0 });
    }
  });
});
