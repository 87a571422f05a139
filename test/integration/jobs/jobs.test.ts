import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import type { JobRunner, Schedule } from '../../../src/ports/jobs.js';
import { startTicks } from '../../../src/worker/ticks.js';
import { eventually } from '../../support/eventually.js';
import { freshRecords, recordsAt, type TestRecords, testJobs } from '../postgres/postgresSupport.js';

const LEASE_MS = 900;
const slowWorker = fileURLToPath(new URL('../../support/broker/slowWorker.js', import.meta.url));
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const yearly: Schedule = { name: 'yearly', expression: '0 0 1 1 *', timezone: 'UTC' };

describe('Jobs', function () {
  this.timeout(60_000);
  let records: TestRecords;
  let workers: Postgres[];
  let runners: JobRunner[];
  let done: string[];

  beforeEach(async () => {
    records = await freshRecords();
    workers = [0, 1].map(() => recordsAt(records.appUrl, { leaseMs: LEASE_MS }));
    runners = [];
    done = [];
  });
  afterEach(async () => {
    for (const runner of runners) await runner.stop();
    for (const worker of workers) await worker.close();
    await records.close();
  });

  const [first, second] = [0, 1].map((n) => () => workers[n] as Postgres);
  /** Both do the task; `done` tells who did it. */
  async function bothWork(task: string): Promise<void> {
    for (const [n, { jobs }] of workers.entries())
      runners.push(await jobs.work({ [task]: async () => void done.push(`${n}`) }));
  }
  const idle = () =>
    eventually('an empty queue', async () => {
      const { waiting, running, later } = await records.db.jobs.status();
      return waiting + running + later === 0 ? true : undefined;
    });
  const passed = (name: string, interval: string) =>
    records.owner.query(
      `update broker.worker_schedules set next_due_at = now() - $2::interval where name = $1`,
      [name, interval],
    );

  it('leave no queue behind, and none goes that a job not yet there is in', async () => {
    const jobs = testJobs(records.db);
    await records.owner.query(
      `select graphile_worker.add_job('count', queue_name := 'host ' || n) from generate_series(1, 50) n`,
    );
    await records.owner.query(`delete from graphile_worker._private_jobs`);
    await jobs.enqueue({ task: 'count', queue: 'host 1' });
    const late = await records.owner.connect();
    await late.query('begin');
    await late.query(`select graphile_worker.add_job('count', queue_name := 'host 2')`);
    const forgotten = jobs.forgetQueues();
    await eventually('one that waits for the table', async () => {
      const text = `select 1 from pg_locks where not granted and relation = 'graphile_worker._private_job_queues'::regclass`;
      return (await records.owner.query(text)).rows.length > 0 ? true : undefined;
    });
    await late.query('commit');
    late.release();
    expect(await forgotten).to.equal(48);
    await bothWork('count');
    await idle();
    expect(done).to.have.length(2);
    expect(await jobs.forgetQueues()).to.equal(2);
  });

  it('are each done once by one of two workers', async () => {
    await bothWork('count');
    for (let n = 0; n < 200; n += 1) await testJobs(workers[0] as Postgres).enqueue({ task: 'count' });
    await idle();
    expect(done).to.have.length(200);
    expect(new Set(done).size).to.equal(2);
    const { tasks, workers: alive } = await records.db.jobs.status();
    expect(tasks.map(({ task, runs, failures, lastCode }) => ({ task, runs, failures, lastCode }))).to.eql([
      { task: 'count', runs: 200, failures: 0, lastCode: 'ok' },
    ]);
    expect(alive).to.have.length(2);
  });

  it('are enqueued once a due moment, however many workers tick', async () => {
    await Promise.all(workers.map((worker) => startAndStop(worker, yearly)));
    await passed('yearly', '1 second');
    await Promise.all([...workers, ...workers].map((worker) => startAndStop(worker, yearly)));
    expect((await records.db.jobs.status()).waiting).to.equal(1);
    await bothWork('yearly');
    await idle();
    await Promise.all(workers.map((worker) => startAndStop(worker, yearly)));
    await idle();
    expect(done).to.have.length(1);
  });

  it('whose moment passed ten times while no worker ran are caught up once', async () => {
    const often: Schedule = { ...yearly, name: 'often', expression: '* * * * *' };
    await first?.().jobs.declare(often, (now) => now);
    await passed('often', '10 minutes');
    await startAndStop(second?.() as Postgres, often);
    const { schedules, waiting } = await records.db.jobs.status();
    expect(waiting).to.equal(1);
    expect(schedules[0]?.nextDueAt.getTime()).to.be.greaterThan(Date.now() - 1_000);
  });

  it('follow a schedule that was changed', async () => {
    await startAndStop(first?.() as Postgres, yearly);
    const weekly = { ...yearly, expression: '0 6 * * 1', timezone: 'Europe/Berlin' };
    await startAndStop(first?.() as Postgres, weekly);
    const [known] = (await records.db.jobs.status()).schedules;
    expect(known).to.deep.include({ expression: '0 6 * * 1', timezone: 'Europe/Berlin' });
    expect(known?.nextDueAt.getTime()).to.be.lessThan(Date.now() + 8 * 86_400_000);
  });

  it('that a killed worker held are done once more by another one', async () => {
    const child = spawn(process.execPath, [slowWorker, records.appUrl, 'slow', String(LEASE_MS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await testJobs(workers[0] as Postgres).enqueue({ task: 'slow' });
    await once(child.stdout, 'data');
    await bothWork('slow');
    expect((await records.db.jobs.status()).running).to.equal(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(done).to.deep.equal([]);
    await idle();
    expect(done).to.have.length(1);
  });

  it('that live longer than the lease stay with their worker', async () => {
    let end: () => void = () => undefined;
    const slow = async () => {
      done.push('begun');
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    };
    for (const worker of workers) runners.push(await testJobs(worker).work({ slow }));
    await testJobs(workers[0] as Postgres).enqueue({ task: 'slow' });
    await eventually('two more signs of life past the lease', async () => {
      const { rows } = await records.owner.query(
        `select 1 from graphile_worker.jobs where locked_at < now() - make_interval(secs => $1)`,
        [(LEASE_MS * 1.5) / 1000],
      );
      return rows[0];
    });
    expect(done).to.deep.equal(['begun']);
    end();
    await idle();
  });

  it('that fail are tried again later, and leave their code and nothing else', async () => {
    const jobs = testJobs(workers[0] as Postgres);
    let runs = 0;
    const fails = async () => {
      runs += 1;
      if (runs === 1) throw new TypeError('the password was hunter2');
    };
    runners.push(await jobs.work({ fails }));
    await jobs.enqueue({ task: 'fails' });
    const job = await eventually('a failed run', async () => {
      const { rows } = await records.owner.query(
        `select last_error, extract(epoch from run_at - updated_at)::float as wait from graphile_worker.jobs
         where attempts = 1 and locked_at is null`,
      );
      return rows[0] as { last_error: string; wait: number } | undefined;
    });
    // e seconds, and by chance up to half as much more.
    expect(job.wait).to.be.within(2.7, 4.1);
    expect(job.last_error).to.contain('TypeError').and.not.contain('hunter2');
    expect((await jobs.status()).tasks[0]).to.deep.include({
      failures: 1,
      lastCode: 'TypeError',
      lastOkAt: null,
    });
    await idle();
    expect(runs).to.equal(2);
    expect((await jobs.status()).tasks[0]).to.deep.include({ runs: 2, failures: 1, lastCode: 'ok' });
  });

  it('that are done stay done where that cannot be noted', async () => {
    await records.owner.query(`revoke insert, update on broker.worker_tasks from ${records.appRole}`);
    await bothWork('count');
    await testJobs(workers[0] as Postgres).enqueue({ task: 'count' });
    await idle();
    expect(done).to.have.length(1);
    expect((await records.db.jobs.status()).tasks).to.deep.equal([]);
  });

  it('are told when their worker ends, and others do the rest', async () => {
    const jobs = testJobs(workers[0] as Postgres);
    const runner = await jobs.work({
      patient: (_payload, signal) =>
        new Promise((_resolve, reject) => {
          done.push('begun');
          signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
        }),
    });
    await jobs.enqueue({ task: 'patient' });
    await eventually('work that began', async () => (done.length === 1 ? true : undefined));
    await runner.stop();
    const left = await records.db.jobs.status();
    expect([left.running, left.later, left.workers.length]).to.deep.equal([0, 1, 0]);
    await records.owner.query(
      'select graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) from graphile_worker.jobs',
    );
    await bothWork('patient');
    await idle();
    expect(done).to.have.length(2);
  });

  it('that wait under a key are one, however often they are asked for', async () => {
    for (let n = 0; n < 3; n += 1)
      await testJobs(workers[0] as Postgres).enqueue({ task: 'count', key: 'one' });
    await bothWork('count');
    await idle();
    expect(done).to.have.length(1);
  });
});

/** What a worker does at its start and at every minute. */
async function startAndStop({ jobs }: Postgres, schedule: Schedule): Promise<void> {
  const ticks = await startTicks({ jobs, log: quiet }, [schedule]);
  await ticks.stop();
}
