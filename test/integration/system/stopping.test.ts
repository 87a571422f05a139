import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import pg from 'pg';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { eventually } from '../../support/eventually.js';
import { patiently } from '../../support/patience.js';
import { expectRowForEach, type ReadLoad, startReads } from '../../support/worlds/readLoad.js';

const READERS = 32;
const GONE_WITHIN_MS = 25_000;

describe('a broker that is asked to stop', function () {
  this.timeout(60_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let id: string;

  before(async () => {
    parts = await startBrokerParts();
    parts.env['REVEALS_PER_MINUTE'] = '0';
  });
  after(() => parts.stop());
  afterEach(() => broker.kill());

  async function start(delaySeconds: number): Promise<void> {
    parts.env['STOP_DELAY_SECONDS'] = String(delaySeconds);
    broker = await startBrokerProcess(parts, 'all');
    const answer = await fetch(`${broker.base}/api/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${broker.token(7)}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: `until ${broker.child.pid}`,
        service_type: 'openai',
        fields: { api_key: 'sk-1' },
      }),
    });
    id = ((await answer.json()) as { id: string }).id;
  }

  async function underLoad(): Promise<ReadLoad> {
    const url = `${broker.base}/api/credentials/${id}/secret`;
    const load = startReads({ url, token: broker.token(7), readers: READERS });
    await eventually('values', async () => load.withStatus(200).length > 300 || undefined);
    return load;
  }
  const ready = () =>
    fetch(`${broker.base}/readyz`).then(
      ({ status }) => status,
      () => 0,
    );

  /** Asks it to stop and waits until it has: how it ended, and how long that took. */
  async function stopped(): Promise<{ code: number | null; ms: number }> {
    const beganMs = performance.now();
    await broker.kill('SIGTERM');
    return { code: broker.child.exitCode, ms: performance.now() - beganMs };
  }

  it('fails no request of a balancer that heeds /readyz, and leaves a row for every value', async () => {
    await start(2);
    const load = await underLoad();
    const end = stopped();
    await eventually('no longer ready', async () => (await ready()) === 503 || undefined);
    const atNotice = load.answers.length;
    await eventually('calls still taken', async () => load.answers.length > atNotice + READERS || undefined);
    await load.stop();
    const { code, ms } = await end;
    expect(code).to.equal(0);
    expect(ms).to.be.below(patiently(GONE_WITHIN_MS));
    expect(load.answers.filter(({ status }) => status !== 200)).to.deep.equal([]);
    await expectRowForEach(parts.database.ownerUrl, load.answers);
    expect(await ready()).to.equal(0);
  });

  it('finishes what it took, also where no balancer is waited for', async () => {
    await start(0);
    const load = await underLoad();
    const { code } = await stopped();
    await load.stop();
    expect(code).to.equal(0);
    expect(load.answers.filter(({ status }) => status !== 200 && status !== 0)).to.deep.equal([]);
    await expectRowForEach(parts.database.ownerUrl, load.answers);
  });

  it('cuts off who never ends, and is gone within 25 s', async () => {
    await start(0);
    const socket = connect(Number(parts.env['BROKER_PORT']), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    socket.write('POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await ready();
    const { code, ms } = await stopped();
    await closed;
    expect(code).to.equal(0);
    expect(ms).to.be.below(patiently(GONE_WITHIN_MS));
  });

  it('gives up a proof of the audit, which can take minutes', async () => {
    await start(0);
    const owner = new pg.Pool({ connectionString: parts.database.ownerUrl });
    const blocker = await owner.connect();
    const { rows } = await owner.query(
      `select min(relname) as oldest from pg_class where relkind = 'r' and relname ~ '^audit_events_\\d'`,
    );
    await blocker.query(`begin; lock table broker.${rows[0].oldest} in access exclusive mode`);
    const proof = fetch(`${broker.base}/api/audit/verify`, {
      headers: { authorization: `Bearer ${broker.token(1, 'admin')}` },
    });
    await eventually('a proof that waits', async () => {
      const waiting = await owner.query(
        `select 1 from pg_stat_activity where datname = current_database() and application_name = 'broker-proof'
           and wait_event_type = 'Lock'`,
      );
      return waiting.rows[0];
    });
    const { code, ms } = await stopped();
    expect(code).to.equal(0);
    // Not even as long as other calls get.
    expect(ms).to.be.below(patiently(10_000));
    expect((await proof).status).to.equal(503);
    blocker.release(true);
    await owner.end();
  });

  it('opens no debugger at the signal that Node keeps for it', async () => {
    await start(0);
    broker.child.kill('SIGUSR1');
    await eventually('the signal', async () => broker.output().includes('debugger_refused') || undefined);
    expect(await ready()).to.equal(200);
    expect(broker.output()).not.to.match(/Debugger listening/);
  });

  it('ends at once, as failed, at the second signal', async () => {
    await start(10);
    broker.child.kill('SIGTERM');
    await eventually('no longer ready', async () => (await ready()) === 503 || undefined);
    const { code, ms } = await stopped();
    expect(code).to.equal(1);
    expect(ms).to.be.below(patiently(2_000));
  });
});
