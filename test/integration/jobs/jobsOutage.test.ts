import { expect } from 'chai';
import pg from 'pg';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import type { JobRunner } from '../../../src/ports/jobs.js';
import { type PrivatePostgres, startPrivatePostgres } from '../../support/broker/parts.js';
import { eventually } from '../../support/eventually.js';
import { patiently } from '../../support/patience.js';
import { recordsAt, testJobs } from '../postgres/postgresSupport.js';

const LEASE_MS = 900;
const MANY = 120;

describe('Jobs while Postgres comes and goes', function () {
  this.timeout(90_000);
  let server: PrivatePostgres;
  let ownerUrl: string;
  let db: Postgres;
  let runner: JobRunner;
  let logged: string[];
  let done: Set<number>;
  /** Jobs that began wait for it. */
  let gate: Promise<void>;
  let open: () => void;
  let begun: number;

  const log = {
    info: (event: string) => void logged.push(event),
    warn: () => undefined,
    error: (event: string) => void logged.push(event),
  };

  before(async () => {
    server = await startPrivatePostgres();
  });
  after(() => server.stop());
  beforeEach(async () => {
    const database = await server.freshDatabase();
    ownerUrl = database.ownerUrl;
    logged = [];
    done = new Set();
    begun = 0;
    gate = Promise.resolve();
    db = recordsAt(database.appUrl, { leaseMs: LEASE_MS, log });
    runner = await testJobs(db).work({
      count: async (payload) => {
        begun += 1;
        await gate;
        done.add(payload.n ?? 0);
      },
    });
  });
  afterEach(async () => {
    await runner.stop();
    await db.close();
  });

  const close = () => {
    gate = new Promise((resolve) => {
      open = resolve;
    });
  };
  async function enqueue(many: number): Promise<void> {
    for (let n = 0; n < many; n += 1) await testJobs(db).enqueue({ task: 'count', payload: { n } });
  }
  const idle = () =>
    eventually('an empty queue', async () => {
      const status = await db.jobs.status().catch(() => undefined);
      return status !== undefined && status.waiting + status.running + status.later === 0 ? true : undefined;
    });

  it('are all done, though every connection is cut again and again', async () => {
    close();
    await enqueue(MANY);
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await eventually('work that began', async () => (begun > 0 ? true : undefined));
    open();
    for (let cuts = 0; cuts < 20; cuts += 1)
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      );
    await idle();
    await owner.end();
    expect(done.size).to.equal(MANY);
  });

  it('that ended while Postgres was away are told or done again when it is back, by the same process', async () => {
    close();
    await enqueue(20);
    await eventually('work that began', async () => (begun >= 8 ? true : undefined));
    await server.stop();
    open();
    await eventually('that it was noticed', async () => (logged.includes('jobs.stopped') ? true : undefined));
    await server.restart();
    await idle();
    expect(done.size).to.equal(20);
    expect(logged).to.include('jobs.started_again');
    await eventually('one that lives', async () => {
      const { workers } = await db.jobs.status();
      return workers.length === 1 ? true : undefined;
    });
  });

  it('end within their time when the worker is stopped meanwhile', async () => {
    close();
    await enqueue(1);
    await eventually('work that began', async () => (begun === 1 ? true : undefined));
    await server.stop();
    open();
    const before = Date.now();
    await runner.stop();
    expect(Date.now() - before).to.be.lessThan(patiently(10_000));
    await server.restart();
  });
});
