import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'chai';
import pg from 'pg';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { eventually } from '../../support/eventually.js';
import { readOnce } from '../../support/worlds/readLoad.js';

const SIDE_BY_SIDE = 64;
const LONGEST_MS = 150;
const PATIENT_MS = 30_000;
/** Connections that are kept for the next request, of clients and to both stores; of what leaked there were thousands. */
const MAY_STAY_OPEN = 2 * SIDE_BY_SIDE;

describe('clients that go away before they are answered', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let id: string;

  before(async () => {
    parts = await startBrokerParts();
    parts.env['REVEALS_PER_MINUTE'] = '0';
    broker = await startBrokerProcess(parts);
    const answer = await fetch(`${broker.base}/api/credentials`, {
      method: 'POST',
      headers: { ...identity(), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'one', service_type: 'openai', fields: { api_key: 'sk-1' } }),
    });
    id = ((await answer.json()) as { id: string }).id;
  });
  after(async () => {
    await broker.kill();
    await parts.stop();
  });

  const identity = () => ({ authorization: `Bearer ${broker.token(7)}` });

  /** A read, of which three in four are given up, each at another moment; its number, and whether it came through. */
  async function readOrGone(index: number): Promise<{ requestId: string; answered: boolean }> {
    const requestId = randomUUID();
    const afterMs = index % 4 === 0 ? PATIENT_MS : Math.round((LONGEST_MS * index) / SIDE_BY_SIDE);
    const signal = AbortSignal.timeout(afterMs);
    const headers = { ...identity(), 'x-request-id': requestId };
    const answered = await fetch(`${broker.base}/api/credentials/${id}/secret`, { headers, signal })
      .then(async (answer) => (await answer.text()) !== '' && answer.status === 200)
      .catch(() => false);
    return { requestId, answered };
  }

  async function round(): Promise<{ requestId: string; answered: boolean }[]> {
    return Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, index) => readOrGone(index)));
  }

  async function measured(): Promise<{ queue: number; memory: number; files: number }> {
    const text = await (await fetch(`${broker.base}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    // Where the system tells; elsewhere memory alone has to.
    const open = `/proc/${broker.child.pid}/fd`;
    return {
      queue: value('broker_audit_queue_rows'),
      memory: value('process_resident_memory_bytes'),
      files: existsSync(open) ? readdirSync(open).length : 0,
    };
  }

  async function recorded(ids: string[]): Promise<Set<string>> {
    const owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
    const { rows } = await owner
      .query('select distinct request_id from broker.audit_events where request_id = any($1)', [ids])
      .finally(() => owner.end());
    return new Set(rows.map((row) => row.request_id as string));
  }

  it('leave their rows behind, and no socket and no memory', async () => {
    for (let i = 0; i < 6; i += 1) await round();
    const before = await measured();
    const all: { requestId: string; answered: boolean }[] = [];
    for (let i = 0; i < 15; i += 1) all.push(...(await round()));
    const idle = await eventually('all is done', async () => {
      const now = await measured();
      return now.queue === 0 && now.files < before.files + MAY_STAY_OPEN ? now : undefined;
    });
    expect(idle.memory - before.memory).to.be.below(64 * 2 ** 20);
    const rows = await recorded(all.map(({ requestId }) => requestId));
    const answered = all.filter((each) => each.answered);
    const gone = all.filter((each) => !each.answered);
    expect(answered.length).to.be.at.least((15 * SIDE_BY_SIDE) / 4);
    expect(answered.filter(({ requestId }) => !rows.has(requestId))).to.deep.equal([]);
    // Whether such a value arrived nobody knows, so it counts as read.
    expect(gone.filter(({ requestId }) => rows.has(requestId)).length).to.be.greaterThan(10);
  });

  it('in the middle of what they send are no fault of ours', async () => {
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(Number(parts.env['BROKER_PORT']), '127.0.0.1');
      await once(socket, 'connect');
      const closed = once(socket.resume(), 'close');
      const head = [
        'POST /api/credentials HTTP/1.1',
        'host: x',
        'content-type: application/json',
        'content-length: 99',
      ];
      socket.write(`${[...head, `authorization: ${identity().authorization}`].join('\r\n')}\r\n\r\n{"na`);
      socket.end();
      await closed;
    }
    const { status } = await readOnce({
      url: `${broker.base}/api/credentials/${id}/secret`,
      token: broker.token(7),
    });
    expect(status).to.equal(200);
    expect(broker.output()).to.not.match(/request_failed|unhandledRejection|uncaughtException/);
  });

  it('from a stream of events make room for others', async () => {
    // More than may follow at once.
    const follower = (number: number) => ({
      authorization: `Bearer ${broker.token(100 + Math.floor(number / 10))}`,
    });
    for (let i = 0; i < 5; i += 1) {
      const leave = new AbortController();
      const streams = await Promise.all(
        Array.from({ length: SIDE_BY_SIDE }, (_, n) =>
          fetch(`${broker.base}/api/events`, {
            headers: follower(i * SIDE_BY_SIDE + n),
            signal: leave.signal,
          }),
        ),
      );
      expect(new Set(streams.map(({ status }) => status))).to.deep.equal(new Set([200]));
      leave.abort();
    }
  });
});
