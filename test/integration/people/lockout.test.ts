import { expect } from 'chai';
import pg from 'pg';
import type { JobRunner } from '../../../src/ports/jobs.js';
import { enqueueDueTests } from '../../../src/usecases/testing/testDue.js';
import { tasksOf } from '../../../src/worker/tasks.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';
import { type SimulatedRequest, type Simulator, startSimulator } from '../../support/services/simulator.js';

const DAY = 86_400_000;
const LOCKED_AFTER = 3;

/** A service that locks its account after three wrong passwords in a row, for good. */
class Directory {
  password = 'Correct-Horse-1';
  wrongInARow = 0;
  mostWrongInARow = 0;
  wrong = 0;
  locked = false;

  answer({ headers }: SimulatedRequest): { status: number; body: object } {
    const given = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) return { status: 401, body: {} };
    const right = Buffer.from(given, 'base64').toString() === `svc-lab:${this.password}`;
    this.wrongInARow = right ? 0 : this.wrongInARow + 1;
    this.wrong += right ? 0 : 1;
    this.mostWrongInARow = Math.max(this.mostWrongInARow, this.wrongInARow);
    this.locked ||= this.wrongInARow >= LOCKED_AFTER;
    return { status: right && !this.locked ? 200 : 401, body: {} };
  }
}

describe('An account that is locked after three wrong passwords', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let directory: Directory;
  let host: Simulator;
  let anna: SignedIn;
  let owner: pg.Client;
  let runner: JobRunner;
  /** Message, and never slept through. */
  let now = new Date();
  const clock = { now: () => now };

  before(async () => {
    broker = await startBrokerSystem();
    directory = new Directory();
    host = await startSimulator({ answer: (request) => directory.answer(request) });
    anna = await broker.person('anna', 'engineer');
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    const ports = { ...broker.system.ports, clock };
    runner = await ports.jobs.work(tasksOf({ ...broker.system, ports }));
  });
  after(async () => {
    await runner.stop();
    await owner.end();
    await host.close();
    await broker.stop();
  });

  const call = (method: string, path: string, body?: object) => broker.call(anna.token, method, path, body);
  async function stored(name: string): Promise<string> {
    const fields = {
      user: 'svc-lab',
      password: directory.password,
      test_url: `${host.url}/whoami`,
      test_headers: 'Authorization: Basic {base64:user:password}',
      tls_mode: 'custom_ca',
      ca_cert_pem: host.ca,
    };
    const secret = { secret_fields: ['password'], test: 'skip' };
    const { body } = await call('POST', '/api/credentials', {
      name,
      service_type: 'other',
      fields,
      ...secret,
    });
    return body.id;
  }
  const change = (id: string, password: string) =>
    call('PATCH', `/api/credentials/${id}`, { fields: { password }, test: 'skip' });
  const codesOf = async (id: string): Promise<string[]> => {
    const { body } = await call('GET', `/api/credentials/${id}/tests?limit=200`);
    return body.items.map((run: { code: string }) => run.code).reverse();
  };

  /** Does what comes due until then, moment by moment. */
  async function live(until: Date): Promise<void> {
    for (;;) {
      const { rows } = await owner.query(
        `select min(next_test_at) as due from broker.credentials where status = 'active'`,
      );
      const due = rows[0].due as Date | null;
      if (due === null || due > until) break;
      // A quarter of an hour on, so that what lies near comes due together.
      now = new Date(Math.max(now.getTime(), due.getTime() + 15 * 60_000));
      await enqueueDueTests({ ...broker.system.ports, clock });
      await eventually('an empty queue', async () => {
        const { waiting, running } = await broker.system.ports.jobs.status();
        return waiting + running === 0 ? true : undefined;
      });
    }
    now = until;
  }

  it('is never locked by the broker in a month, though it is stored three times', async () => {
    const start = now;
    const day = (n: number) => new Date(start.getTime() + n * DAY);
    const [a, b, c] = [await stored('a'), await stored('b'), await stored('c')];
    await live(day(6));
    expect(directory.wrong).to.equal(0);
    expect(new Set(await codesOf(a))).to.deep.equal(new Set(['ok']));

    // Somebody changes the password there: it is tried once more and not once a copy.
    directory.password = 'Correct-Horse-2';
    await live(day(12));
    expect(directory.wrong).to.equal(1);
    for (const id of [a, b, c]) expect((await codesOf(id)).at(-1)).to.equal('invalid_credential');

    // One copy is mended, another one with a slip; the host is away for days; the third is forgotten.
    await change(a, 'Correct-Horse-2');
    await change(b, 'Correct-Hrose-2');
    await live(day(16));
    expect(directory.wrong).to.equal(2);
    host.fault = 'failing';
    await live(day(18));
    host.fault = 'none';
    await change(b, 'Correct-Hrose-2 ');
    await live(day(24));
    await change(c, 'Correct-Horse-2');
    await live(day(30));

    expect(directory.locked).to.equal(false);
    // The old password once, and then perhaps the slip before the right one: who stores a new value wants it tried.
    expect(directory.mostWrongInARow).to.be.at.most(2);
    expect((await codesOf(a)).slice(-1)).to.deep.equal(['ok']);
    expect((await codesOf(b)).slice(-1)).to.deep.equal(['invalid_credential']);
    expect((await codesOf(c)).slice(-1)).to.deep.equal(['ok']);
    expect((await codesOf(a)).length, 'tests in a month').to.be.greaterThan(80);
  });

  it('is kept without a hash of its password that somebody could guess at', async () => {
    const { rows } = await owner.query('select account_key from broker.credentials');
    for (const { account_key } of rows) expect(account_key).to.match(/^vault:v\d+:/);
  });
});
