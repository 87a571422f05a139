import { createHmac, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import { Registry } from 'prom-client';
import { createNotifier } from '../../../src/adapters/notify/notifier.js';
import { Secret } from '../../../src/domain/secret.js';
import { EventPlaces } from '../../../src/http/eventPlaces.js';
import { eventMetrics } from '../../../src/http/metrics/eventMetrics.js';
import { addMetrics } from '../../../src/http/metrics/metric.js';
import type { Ports } from '../../../src/ports/ports.js';
import { enqueueEventDeliveries, sendEvents } from '../../../src/usecases/events/sendEvents.js';
import { auditEvent } from '../../../src/usecases/gate/auditEvent.js';
import { systemCall } from '../../../src/usecases/gate/systemCall.js';
import { handOverNotices } from '../../../src/usecases/notices/sendNotices.js';
import { startWorker, type Worker } from '../../../src/worker/worker.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';
import { patiently } from '../../support/patience.js';
import { type Simulator, startSimulator } from '../../support/services/simulator.js';
import { loopbackOutbound } from '../../support/services/testOutbound.js';

const HOUR = 3_600_000;
const QUIET = { from: '22:00', to: '07:00' };
const CANARY = 'canary-of-a-webhook';

interface Delivery {
  id: string;
  reset: boolean;
  events: { id: number; kind: string; credential: { id: string; name: string } }[];
}

describe('a webhook that follows events', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  let receiver: Simulator;
  let status = 200;
  let now = new Date();
  let ports: Ports;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    receiver = await startSimulator({ answer: () => ({ status, body: 'ok' }) });
    const clock = { now: () => now };
    const notifier = createNotifier({ outbound: loopbackOutbound(), clock });
    Object.assign(broker.system.ports, { notifier });
    ports = { ...broker.system.ports, clock };
  });
  after(async () => {
    await receiver.close();
    await owner.end();
    await broker.stop();
  });
  beforeEach(() => {
    status = 200;
    receiver.seen.length = 0;
    now = new Date();
  });
  afterEach(async () => {
    for (const { id } of (await channels('GET', '')).body.items) await channels('DELETE', `/${id}`);
  });

  const admin = (method: string, path: string, body?: object) =>
    broker.call(broker.admin.token, method, path, body);
  const channels = (method: string, path: string, body?: object) =>
    admin(method, `/api/notifications/channels${path}`, body);
  const add = async (body: object = {}) => {
    const target = { kind: 'webhook', url: receiver.url, ca_pem: receiver.ca, events: true };
    const made = await channels('POST', '', { name: `to ${randomUUID()}`, ...target, ...body });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    return made.body as { id: string; signing_secret: string };
  };
  const create = async (more: object = {}): Promise<string> => {
    const body = { name: `lab ${randomUUID()}`, service_type: 'other', fields: { key: CANARY }, ...more };
    return (await admin('POST', '/api/credentials', body)).body.id;
  };
  const rotate = (id: string, value: string) =>
    admin('POST', `/api/credentials/${id}/rotate`, { fields: { key: `${CANARY} ${value}` } });
  const deliveries = (): Delivery[] => receiver.seen.map(({ body }) => JSON.parse(body));
  const kindsOf = (all: Delivery[]) => all.flatMap(({ events }) => events.map(({ kind }) => kind));
  const send = async () => {
    for (const id of await ports.eventFeed.due(now)) await sendEvents(ports, id);
  };
  const later = (hours: number) => {
    now = new Date(now.getTime() + hours * HOUR);
  };
  /** States that have webhooks, and how many events wait, as Prometheus is told. */
  const scraped = async () => {
    const registry = new Registry();
    addMetrics(registry, eventMetrics(ports, new EventPlaces()));
    const told = await registry.metrics();
    const states = [...told.matchAll(/^broker_event_webhooks\{state="(\w+)"\} ([1-9]\d*)$/gm)];
    const backlog = /^broker_event_webhook_backlog (\d+)$/m.exec(told)?.[1];
    return [...states.map(([, state, count]) => `${count} ${state}`), `${backlog} wait`];
  };
  const stateOf = async (id: string) =>
    (await channels('GET', '')).body.items.find((each: { id: string }) => each.id === id);

  it('hears within seconds, signed, in order, each once beside two workers, and no value', async () => {
    const { signing_secret } = await add();
    const workers: Worker[] = [];
    for (let n = 0; n < 2; n += 1) workers.push(await startWorker(broker.system));
    try {
      const began = Date.now();
      const id = await create();
      for (let n = 0; n < 5; n += 1) await rotate(id, String(n));
      await admin('DELETE', `/api/credentials/${id}`);
      await eventually('all of it', async () => (kindsOf(deliveries()).length >= 7 ? true : undefined));
      expect(Date.now() - began).to.be.lessThan(patiently(10_000));
      expect(kindsOf(deliveries())).to.deep.equal([
        'credential.created',
        ...Array.from({ length: 5 }, () => 'credential.rotated'),
        'credential.deleted',
      ]);
      const numbers = deliveries().flatMap(({ events }) => events.map((event) => event.id));
      expect(numbers).to.deep.equal(numbers.map((_, n) => (numbers[0] ?? 0) + n));
      expect(deliveries()[0]?.events[0]?.credential).to.include({
        id,
        service_type: 'other',
        owner: 'local:admin',
      });
    } finally {
      for (const worker of workers) await worker.stop();
    }
    for (const { headers, body } of receiver.seen) {
      const signed = `${headers['x-glassdome-timestamp']}.${body}`;
      const mac = createHmac('sha256', signing_secret).update(signed).digest('hex');
      expect(headers['x-glassdome-signature']).to.equal(`sha256=${mac}`);
      expect(headers['x-glassdome-delivery']).to.equal(JSON.parse(body).id);
      expect(body).to.not.include('canary');
    }
  });

  it('receives only the events of its kind, after its creation, and no notices', async () => {
    await create({ labels: { site: 'lab' } });
    await add({ labels: { site: 'lab' } });
    const hers = await create({ labels: { site: 'lab', team: 'red' } });
    await create({ labels: { site: 'home' } });
    await ports.changes.run(async (tx) => {
      await tx.notice({
        credentialId: hers,
        kind: 'expiring',
        period: randomUUID(),
        recipient: 'local:admin',
        body: { credential: 'x', severity: 'critical', expires_at: now.toISOString(), days_left: 1 },
      });
      tx.audit(auditEvent(systemCall(), 'notice.create', 'allowed'));
    });
    await handOverNotices(ports);
    expect(await ports.outbox.dueChannels(now)).to.deep.equal([]);
    await send();
    await send();
    const told = deliveries().flatMap(({ events }) => events.map((e) => `${e.kind} ${e.credential.id}`));
    expect(told).to.deep.equal([`credential.created ${hers}`, `credential.expiring ${hers}`]);
  });

  it('hears of health and of grants too', async () => {
    await add();
    const id = await create();
    const grants = [{ subject_kind: 'user', subject: 'glassdome:7', level: 'read' }];
    await admin('PUT', `/api/credentials/${id}/grants`, { grants });
    await owner.query(`update broker.credentials set health = 'rejected' where id = $1`, [id]);
    await send();
    expect(kindsOf(deliveries())).to.deep.equal([
      'credential.created',
      'credential.granted',
      'credential.health_changed',
    ]);
  });

  it('gets the same delivery again while it is down, then what came meanwhile, and loses nothing', async () => {
    const { id: channel } = await add();
    const id = await create();
    status = 503;
    await send();
    await rotate(id, 'while it is down');
    for (let n = 0; n < 20; n += 1) {
      await send();
      later(1.3);
    }
    expect(await stateOf(channel)).to.include({ pending: 2, last_code: 'service_error' });
    const tried = deliveries();
    expect(tried.length).to.be.within(10, 21);
    expect(new Set(tried.map((delivery) => JSON.stringify([delivery.id, delivery.events]))).size).to.equal(1);
    status = 200;
    await send();
    await send();
    expect(kindsOf(deliveries().slice(tried.length))).to.deep.equal([
      'credential.created',
      'credential.rotated',
    ]);
    expect(deliveries().every(({ reset }) => !reset)).to.equal(true);
    expect(await stateOf(channel)).to.include({ pending: 0, last_code: null });
  });

  it('is given up after three days, knocked at each hour, and told to read everything anew', async () => {
    await add();
    const id = await create();
    status = 503;
    for (let n = 0; n < 70; n += 1) {
      await send();
      later(1.3);
    }
    const before = receiver.seen.length;
    await send();
    expect(deliveries()[before]).to.deep.include({ reset: true, events: [] });
    const refused = new Set(deliveries().map((delivery) => delivery.id));
    status = 200;
    later(1.3);
    await rotate(id, 'after three days');
    await send();
    const [back, ...more] = deliveries().slice(before + 1);
    expect(more).to.deep.equal([]);
    expect(back?.reset).to.equal(true);
    expect(kindsOf(back === undefined ? [] : [back])).to.deep.equal(['credential.rotated']);
    expect(refused.has(back?.id ?? '')).to.equal(false);
    await rotate(id, 'and so on');
    await send();
    expect(deliveries().at(-1)?.reset).to.equal(false);
  });

  it('is counted for Prometheus: well, failing, given up, paused, and how far behind', async () => {
    const { id: channel } = await add();
    await add({ labels: { of: 'nobody' } });
    expect(await scraped()).to.deep.equal(['2 ok', '0 wait']);
    await create();
    await create();
    status = 503;
    await send();
    expect(await scraped()).to.deep.equal(['1 ok', '1 failing', '2 wait']);
    await channels('PATCH', `/${channel}`, { paused: true });
    expect(await scraped()).to.deep.equal(['1 ok', '1 paused', '0 wait']);
    await channels('PATCH', `/${channel}`, { paused: false });
    for (let n = 0; n < 70; n += 1) {
      await send();
      later(1.3);
    }
    expect(await scraped()).to.deep.equal(['1 ok', '1 given_up', '0 wait']);
    status = 200;
    await send();
    expect(await scraped()).to.deep.equal(['2 ok', '0 wait']);
  });

  it('hears at once when somebody mended it', async () => {
    const { id: channel } = await add();
    await create();
    status = 503;
    for (let n = 0; n < 70; n += 1) {
      await send();
      later(1.3);
    }
    await send();
    status = 200;
    const before = receiver.seen.length;
    await send();
    expect(receiver.seen).to.have.length(before);
    await channels('PATCH', `/${channel}`, { url: `${receiver.url}/mended` });
    await send();
    expect(receiver.seen.slice(before).map(({ url }) => url.pathname)).to.deep.equal(['/mended']);
  });

  it('waits while Vault can not open its target', async () => {
    const { id: channel } = await add();
    await create();
    await broker.vault.seal();
    try {
      await send();
      expect(await ports.eventFeed.due(now)).to.deep.equal([]);
    } finally {
      await broker.vault.unseal();
    }
    expect(await stateOf(channel)).to.include({ pending: 1, last_code: 'store_unavailable' });
    // Before the clock goes on: it takes Vault's own time until it is asked again.
    await eventually('Vault', () =>
      ports.sealer.seal(new Secret('x'), 'a test').then(
        () => true,
        () => undefined,
      ),
    );
    later(1.3);
    await send();
    expect(kindsOf(deliveries())).to.deep.equal(['credential.created']);
  });

  it('is told so when what it has not heard is no longer kept', async () => {
    await add();
    const id = await create();
    await rotate(id, 'a');
    await owner.query('delete from broker.events where number < (select last from broker.event_counter)');
    await send();
    expect(deliveries()).to.have.length(1);
    expect(deliveries()[0]).to.include({ reset: true });
    expect(kindsOf(deliveries())).to.deep.equal(['credential.rotated']);
  });

  it('is told so too when nothing at all is kept', async () => {
    await add();
    await create();
    await owner.query('delete from broker.events');
    await send();
    expect(deliveries().map(({ reset, events }) => [reset, events])).to.deep.equal([[true, []]]);
    await send();
    expect(deliveries()).to.have.length(1);
  });

  it('gets a long row of events in pieces', async () => {
    await add();
    const id = await create();
    await owner.query(
      `insert into broker.events (credential_id, kind, details)
       select $1, 'credential.changed', '{}' from generate_series(1, 249)`,
      [id],
    );
    await send();
    expect(deliveries().map(({ events }) => events.length)).to.deep.equal([100, 100, 50]);
  });

  it('costs the queue nothing while nothing changes', async () => {
    await add();
    await create();
    expect(await enqueueEventDeliveries(ports)).to.equal(1);
    await send();
    expect(await enqueueEventDeliveries(ports)).to.equal(0);
  });

  it('is refused where it could not work', async () => {
    const webhook = { name: 'wrong', kind: 'webhook', url: receiver.url, events: true };
    for (const [body, field] of [
      [{ ...webhook, kind: 'slack', url: 'https://hooks.slack.com/services/x' }, 'events'],
      [{ name: 'wrong', kind: 'mail', to: ['a@b.example'], events: true }, 'events'],
      [{ ...webhook, kinds: ['expiring'] }, 'kinds'],
      [{ ...webhook, min_severity: 'critical' }, 'min_severity'],
      [{ ...webhook, team: 'red' }, 'team'],
      [{ ...webhook, quiet_hours: QUIET }, 'quiet_hours'],
    ] as const) {
      const answer = await channels('POST', '', body);
      expect([answer.status, answer.body.fields?.[0]?.field]).to.deep.equal([400, field]);
    }
  });

  it('takes no change to what it would not heed', async () => {
    const { id } = await add();
    const change = { kinds: ['expiring'], min_severity: 'critical', team: 'red', quiet_hours: QUIET };
    const answer = await channels('PATCH', `/${id}`, change);
    expect(answer.status).to.equal(400);
    expect(answer.body.fields).to.deep.equal(
      Object.keys(change).map((field) => ({ field, rule: 'must not be sent together with events' })),
    );
    const heeded = await channels('PATCH', `/${id}`, { labels: { site: 'lab' }, team: null });
    expect([heeded.status, heeded.body.labels]).to.deep.equal([200, { site: 'lab' }]);
  });
});
