import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../../src/config/config.js';
import { createCredential } from '../../../src/usecases/credentials/createCredential.js';
import { type System, wire } from '../../../src/wire.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { anna } from '../../support/broker/killedWork.js';
import { eventually } from '../../support/eventually.js';
import { type OpeningService, startOpeningService } from '../../support/services/openingService.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const MANY = 140;
const HOSTS = 5;
const LEASE_SECONDS = 3;
/** Jobs that one worker runs at a time. */
const AT_ONCE = 8;

describe('Three workers with everything due in the same minute', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let system: System;
  let owner: pg.Client;
  let services: OpeningService[];
  const workers: ChildProcess[] = [];

  before(async () => {
    parts = await startBrokerParts();
    system = await wire(loadConfig(parts.env));
    owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
    services = await Promise.all(
      Array.from({ length: HOSTS }, (_, n) => startOpeningService(`127.0.1.${n + 1}`, 5)),
    );
    for (let from = 0; from < MANY; from += 20)
      await Promise.all(Array.from({ length: 20 }, (_, n) => stored(from + n)));
  });
  after(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    for (const { simulator } of services) await simulator.close();
    await owner.end();
    await system.close();
    await parts.stop();
  });

  async function stored(n: number): Promise<void> {
    const fields = services[n % HOSTS]?.fields(`key-of-credential-${n}`) ?? {};
    const body = {
      name: `due ${n}`,
      serviceType: 'other' as const,
      fields,
      secretFields: ['api_key'],
      description: '',
      labels: {},
      envNames: {},
      shared: false,
      accessibleBy: [],
      accessibleLevel: 'read' as const,
    };
    await createCredential(system.ports, anna, body, { source: 'api' });
  }
  async function startWorkers(many: number): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      ...parts.env,
      WORKER_LEASE_SECONDS: String(LEASE_SECONDS),
    };
    for (let n = 0; n < many; n += 1) {
      workers.push(
        spawn(process.execPath, [main, 'worker'], { env, stdio: ['ignore', 'inherit', 'inherit'] }),
      );
      await eventually('a worker', async () => {
        const { workers: alive } = await system.ports.jobs.status();
        return alive.length > n ? true : undefined;
      });
    }
  }
  const count = async (sql: string): Promise<number> => Number((await owner.query(sql)).rows[0].n);
  const tested = () => count('select count(*) as n from broker.test_runs');

  /** Waits until so many were tested; what was put off for minutes comes at once when no host is held any more. */
  async function untilTested(many: number): Promise<void> {
    for (let seen = -1; seen < many; ) {
      const before = seen;
      seen = await eventually(`more than ${before} of ${many} tests`, async () => {
        const held = await count(
          'select count(*) as n from broker.host_slots where until > clock_timestamp()',
        );
        const { waiting, running } = await system.ports.jobs.status();
        if (held + waiting + running === 0)
          await owner.query(
            `select graphile_worker.reschedule_jobs(array_agg(id), run_at := now())
             from graphile_worker.jobs where task_identifier = 'test_credential'`,
          );
        const now = await tested();
        return now > before || now >= many ? now : undefined;
      });
    }
  }

  it('test each exactly once, two at a host at most, though one of them is killed in the middle', async () => {
    await startWorkers(3);
    await owner.query('update broker.credentials set next_test_at = now()');
    await system.ports.jobs.enqueue({ task: 'test_due', key: 'test_due', queue: 'test_due' });
    await untilTested(MANY / 3);
    const [victim] = workers;
    victim?.kill('SIGKILL');
    if (victim !== undefined) await once(victim, 'exit');
    await untilTested(MANY);

    const { rows } = await owner.query(
      `select count(*)::integer as runs from broker.test_runs where code = 'ok' group by credential_id`,
    );
    expect(rows).to.have.length(MANY);
    expect(
      rows.every(({ runs }) => runs === 1),
      'one result each',
    ).to.equal(true);
    const logins = services.flatMap((service) => [...service.logins.values()]);
    expect(logins).to.have.length(MANY);
    // What the dead one had sent and not told is asked once more.
    const again = logins.filter((times) => times > 1);
    expect(again.length).to.be.at.most(AT_ONCE);
    expect(Math.max(...logins)).to.be.at.most(2);
    for (const { simulator } of services) expect(simulator.mostAtOnce).to.be.within(1, 2);
    expect(await count(`select count(*) as n from broker.credentials where next_test_at < now()`)).to.equal(
      0,
    );
  });
});
