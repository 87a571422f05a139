import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../../src/config/config.js';
import { Secret } from '../../../src/domain/secret.js';
import { createFirstAdmin } from '../../../src/usecases/people/users.js';
import { wire } from '../../../src/wire.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { type PrivatePostgres, startPrivatePostgres } from '../../support/broker/parts.js';
import { eventually } from '../../support/eventually.js';
import { patiently } from '../../support/patience.js';
import {
  expectRowForEach,
  type ReadAnswer,
  type ReadLoad,
  readOnce,
  startReads,
} from '../../support/worlds/readLoad.js';

const READERS = 64;
/** Of a Postgres that refuses connections. */
const DOWN_WITHIN_MS = 2_000;
/** Of one that takes them and says nothing: one statement's deadline, and some room on a busy machine. */
const SILENT_WITHIN_MS = 5_000;
const BACK_WITHIN_MS = 5_000;
const QUEUE_BOUND = 5_000;
const PASSWORD = 'long-enough-of-admin';

describe('the whole broker while its Postgres is in trouble', function () {
  this.timeout(120_000);
  const canary = `canary-${randomBytes(9).toString('hex')}`;
  let postgres: PrivatePostgres;
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let id: string;
  let load: ReadLoad | undefined;

  before(async () => {
    const starting = startPrivatePostgres();
    parts = await startBrokerParts(starting);
    postgres = await starting;
    parts.env['REVEALS_PER_MINUTE'] = '0';
    await makeAdmin();
    broker = await startBrokerProcess(parts);
    const body = {
      name: 'one',
      service_type: 'openai',
      fields: { api_key: canary },
      env_names: { KEY: 'api_key' },
    };
    id = JSON.parse((await call('POST', '/api/credentials', body)).text).id;
  });
  afterEach(async () => {
    postgres.resume();
    await load?.stop();
    load = undefined;
  });
  after(async () => {
    await broker.kill();
    await parts.stop();
    await postgres.stop();
  });

  async function makeAdmin(): Promise<void> {
    const system = await wire(loadConfig(parts.env));
    await createFirstAdmin(system.ports, { username: 'admin', password: new Secret(PASSWORD) });
    await system.close();
  }

  async function call(method: string, path: string, body?: unknown, token = broker.token(7)) {
    const answer = await fetch(`${broker.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: answer.status,
      text: await answer.text(),
      retryAfter: answer.headers.get('retry-after'),
    };
  }
  const failing = async () => {
    const { postgres: state } = (await (await fetch(`${broker.base}/readyz`)).json()) as { postgres: string };
    return state;
  };
  const health = async (path: '/livez' | '/readyz') => (await fetch(`${broker.base}${path}`)).status;
  const one = () => ({ url: `${broker.base}/api/credentials/${id}/secret`, token: broker.token(7) });

  async function underLoad(readers = READERS): Promise<ReadLoad> {
    const begun = startReads({ ...one(), readers });
    load = begun;
    await someMore(begun, 500);
    return begun;
  }
  /** Resolves when that many values more were answered. */
  async function someMore(begun: ReadLoad, more: number): Promise<void> {
    const before = begun.withStatus(200).length;
    await eventually('more values', async () => begun.withStatus(200).length >= before + more || undefined);
  }
  const tookMs = ({ beganMs, endedMs }: ReadAnswer) => endedMs - beganMs;

  /** Nothing but "not now", in time, and with the word when to come again. */
  function expectUnavailable(answers: readonly ReadAnswer[], withinMs: number): void {
    const codes = new Set(answers.map(({ status, code }) => `${status} ${code}`));
    codes.delete('503 records_unavailable');
    codes.delete('503 audit_overloaded');
    expect([...codes]).to.deep.equal([]);
    expect(answers.every(({ retryAfter }) => Number(retryAfter) > 0)).to.equal(true);
    expect(Math.max(0, ...answers.map(tookMs))).to.be.below(patiently(withinMs));
  }

  async function expectBackSoon(sinceMs: number): Promise<void> {
    await eventually('a value', async () => (await readOnce(one())).status === 200 || undefined);
    await eventually('readiness', async () => (await health('/readyz')) === 200 || undefined);
    expect(performance.now() - sinceMs).to.be.below(patiently(BACK_WITHIN_MS));
    // The same process: nothing starts another one here.
    expect(broker.child.exitCode).to.equal(null);
  }

  /** Stops the readers; whatever they were answered is a value with its row, or a 503 in time. */
  async function expectAllAccounted(begun: ReadLoad, withinMs: number): Promise<void> {
    await begun.stop();
    expectUnavailable(
      begun.answers.filter(({ status }) => status !== 200),
      withinMs,
    );
    await expectRowForEach(parts.database.ownerUrl, begun.answers);
  }

  it('stopped at once and started again: no value without its row, 503 in time, serving within 5 s', async () => {
    const begun = await underLoad();
    await postgres.crash();
    const downMs = performance.now();
    const first = await eventually('a 503', async () => begun.withStatus(503)[0]);
    expect(first.endedMs - downMs).to.be.below(patiently(DOWN_WITHIN_MS));
    await eventually('all are told so', async () => begun.withStatus(503).length > 5 * READERS || undefined);
    expect(begun.withStatus(200).filter(({ beganMs }) => beganMs > downMs)).to.deep.equal([]);
    await eventually('not ready', async () => (await health('/readyz')) === 503 || undefined);
    await eventually('its cause', async () => (await failing()) === 'unreachable' || undefined);
    expect(await health('/livez')).to.equal(200);
    await postgres.restart();
    await expectBackSoon(performance.now());
    await someMore(begun, 500);
    await expectAllAccounted(begun, DOWN_WITHIN_MS);
  });

  it('frozen: fails by its deadline, keeps its queue bounded and its memory flat, and serves when it runs on', async () => {
    const begun = await underLoad();
    const memoryBefore = (await metrics()).memory;
    await postgres.pause();
    const frozenMs = performance.now();
    await eventually('not ready', async () => (await health('/readyz')) === 503 || undefined);
    await eventually('its cause', async () => (await failing()) === 'frozen' || undefined);
    for (let look = 0; look < 5; look += 1) {
      const beganMs = performance.now();
      expect([await health('/livez'), await health('/readyz')]).to.deep.equal([200, 503]);
      const { queue, memory } = await metrics();
      expect(queue).to.be.at.most(QUEUE_BOUND);
      expect(memory - memoryBefore).to.be.below(128 * 2 ** 20);
      expect(performance.now() - beganMs).to.be.below(patiently(4_000));
    }
    await eventually('all are told so', async () => begun.withStatus(503).length > 2 * READERS || undefined);
    expect(begun.withStatus(200).filter(({ beganMs }) => beganMs > frozenMs)).to.deep.equal([]);
    postgres.resume();
    await expectBackSoon(performance.now());
    await someMore(begun, 500);
    await expectAllAccounted(begun, SILENT_WITHIN_MS);
  });

  async function metrics(): Promise<{ queue: number; memory: number }> {
    const text = await (await fetch(`${broker.base}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    return { queue: value('broker_audit_queue_rows'), memory: value('process_resident_memory_bytes') };
  }

  it('read-only, as after a failover: no value leaves, what needs no row is answered, and so is health', async () => {
    await postgres.asSuper('alter system set default_transaction_read_only = on');
    await postgres.asSuper('select pg_reload_conf()');
    try {
      await eventually('not ready', async () => (await health('/readyz')) === 503 || undefined);
      expect(await failing()).to.equal('read_only');
      const resolve = { items: [{ id }], used_by: 'test' };
      const refused = [
        await call('GET', `/api/credentials/${id}/secret`),
        await call('POST', '/api/credentials/resolve', resolve),
        await call('GET', '/api/environment'),
        await call('PATCH', `/api/credentials/${id}`, { description: 'new' }),
        await call('POST', '/api/auth/login', { username: 'admin', password: PASSWORD }),
      ];
      for (const { status, text, retryAfter } of refused) {
        expect([status, JSON.parse(text).code]).to.deep.equal([503, 'records_unavailable']);
        expect(Number(retryAfter)).to.be.greaterThan(0);
        expect(text).to.not.contain(canary);
      }
      expect((await call('GET', '/api/credentials')).status).to.equal(200);
      expect((await call('GET', `/api/credentials/${id}`)).status).to.equal(200);
      expect(await health('/livez')).to.equal(200);
    } finally {
      await postgres.asSuper('alter system reset default_transaction_read_only');
      await postgres.asSuper('select pg_reload_conf()');
    }
    await expectBackSoon(performance.now());
  });

  it('all its connections cut under load: at most one wave fails, and the process lives on', async () => {
    const begun = await underLoad();
    let running = true;
    // Changes hold a connection over several statements: one of them is cut between two.
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      while (running) await call('PATCH', `/api/credentials/${id}`, { description: `by ${writer}` });
    });
    for (let wave = 1; wave <= 5; wave += 1) {
      const before = begun.withStatus(503).length;
      const { rows } = await postgres.asSuper(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'broker_app'`,
      );
      expect(rows.length).to.be.greaterThan(3);
      await someMore(begun, 300);
      expect(begun.withStatus(503).length - before, `wave ${wave}`).to.be.at.most(READERS);
    }
    running = false;
    await Promise.all(writers);
    await expectBackSoon(performance.now());
    await expectAllAccounted(begun, DOWN_WITHIN_MS);
    expect(broker.output()).to.not.match(/unhandledRejection|uncaughtException/);
  });

  /** Keeps a table locked while `work` runs. */
  async function whileLocked<T>(table: string, work: () => Promise<T>): Promise<T> {
    const owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
    try {
      await owner.query(`begin; lock table ${table} in access exclusive mode`);
      return await work();
    } finally {
      await owner.query('rollback');
      await owner.end();
    }
  }

  it('its report connections held on a locked table: reads are as fast as before', async () => {
    const p99 = async (): Promise<number> => {
      const begun = startReads({ ...one(), readers: 8 });
      load = begun;
      await someMore(begun, 400);
      await begun.stop();
      expect(begun.answers.filter(({ status }) => status !== 200)).to.deep.equal([]);
      const times = begun.answers.map(tookMs).sort((a, b) => a - b);
      return times[Math.floor(times.length * 0.99)] ?? Number.NaN;
    };
    const free = [await p99(), await p99()];
    const admin = broker.token(1, 'admin');
    const reports = await whileLocked('broker.test_runs', async () => {
      const asked = Array.from({ length: 6 }, () => call('POST', '/api/reports', {}, admin));
      await eventually('a report that waits', async () => {
        const { rows } = await postgres.asSuper(
          `select 1 from pg_stat_activity where application_name = 'broker-slow' and wait_event_type = 'Lock'`,
        );
        return rows[0];
      });
      const held = [await p99(), await p99()];
      expect(Math.min(...held)).to.be.below(patiently(2 * Math.max(...free) + 50));
      return asked;
    });
    const statuses = (await Promise.all(reports)).map(({ status }) => status);
    expect(statuses).to.include(201);
    expect(statuses.filter((status) => status !== 201 && status !== 503)).to.deep.equal([]);
  });

  const isOverloaded = ({ text }: { text: string }) => JSON.parse(text).code === 'audit_overloaded';

  it('its audit table locked: the queue fills to its bound, all are told when to come again, no value leaves', async () => {
    const resolve = { items: Array.from({ length: 100 }, () => ({ id })), used_by: 'test' };
    const answers: Awaited<ReturnType<typeof call>>[] = [];
    let done = false;
    const sender = async () => {
      while (!done) answers.push(await call('POST', '/api/credentials/resolve', resolve));
    };
    await whileLocked('broker.audit_events', async () => {
      const senders = Array.from({ length: READERS }, sender);
      // 101 rows a call: the last one that fits leaves less room than that.
      await eventually(
        'the queue at its bound',
        async () => (await metrics()).queue > QUEUE_BOUND - 101 || undefined,
      );
      await eventually('some turned away', async () => answers.some(isOverloaded) || undefined);
      await eventually('not ready', async () => (await health('/readyz')) === 503 || undefined);
      expect((await metrics()).queue).to.be.at.most(QUEUE_BOUND);
      done = true;
      await Promise.all(senders);
    });
    const codes = answers.map(({ status, text }) => `${status} ${JSON.parse(text).code}`);
    expect(new Set(codes)).to.deep.equal(new Set(['503 audit_overloaded', '503 records_unavailable']));
    expect(answers.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).to.deep.equal([]);
    expect(answers.filter(({ text }) => text.includes(canary))).to.deep.equal([]);
    await expectBackSoon(performance.now());
  });

  it('has a trail without a gap behind it all, and no value in its log', async () => {
    const proof = await call('GET', '/api/audit/verify', undefined, broker.token(1, 'admin'));
    expect(JSON.parse(proof.text)).to.deep.include({ ok: true, problems: [] });
    expect(broker.output()).to.not.contain(canary);
  });
});
