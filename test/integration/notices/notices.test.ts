import { createHmac, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import { createNotifier } from '../../../src/adapters/notify/notifier.js';
import type { Notice } from '../../../src/ports/notices.js';
import type { Ports } from '../../../src/ports/ports.js';
import { auditEvent } from '../../../src/usecases/gate/auditEvent.js';
import { systemCall } from '../../../src/usecases/gate/systemCall.js';
import { handOverNotices, sendToChannel } from '../../../src/usecases/notices/sendNotices.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { type MailServer, startMailServer } from '../../support/services/mailServer.js';
import { type Simulator, startSimulator } from '../../support/services/simulator.js';
import { loopbackOutbound, redirected } from '../../support/services/testOutbound.js';

const SECRET_PATH = '/services/T0/B0/only-we-know';
const HOUR = 3_600_000;

describe('notices', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let mail: MailServer;
  let receiver: Simulator;
  let status = 200;
  let now = new Date();
  let ports: Ports;

  before(async () => {
    broker = await startBrokerSystem();
    mail = await startMailServer();
    receiver = await startSimulator({
      answer: ({ headers }) => ({ status, body: headers.host?.includes('slack') === true ? 'ok' : '' }),
    });
    const outbound = redirected(loopbackOutbound(), {
      hosts: ['hooks.slack.com', 'lab.webhook.office.com'],
      simulator: receiver,
      trusted: true,
    });
    const clock = { now: () => now };
    const smtp = { host: '127.0.0.1', port: mail.port, tls: 'none' as const, from: 'broker@lab.example' };
    const notifier = createNotifier({ outbound, clock, smtp });
    // The API asks the same parts.
    Object.assign(broker.system.ports, { notifier });
    ports = { ...broker.system.ports, clock };
  });
  after(async () => {
    await receiver.close();
    await mail.close();
    await broker.stop();
  });
  beforeEach(() => {
    status = 200;
    mail.down = false;
    mail.caught.length = 0;
    receiver.seen.length = 0;
    now = new Date();
  });
  afterEach(async () => {
    const { body } = await call('GET', '');
    for (const { id } of body.items) await call('DELETE', `/${id}`);
  });

  const call = (method: string, path: string, body?: object) =>
    broker.call(broker.admin.token, method, `/api/notifications/channels${path}`, body);
  const add = async (body: object) => {
    const { body: made, status: code } = await call('POST', '', { name: `to ${randomUUID()}`, ...body });
    expect(code, JSON.stringify(made)).to.equal(201);
    return made;
  };
  const put = (...notices: Partial<Notice>[]) =>
    ports.changes.run(async (tx) => {
      for (const change of notices)
        await tx.notice({
          credentialId: null,
          kind: 'health_rejected',
          period: randomUUID(),
          recipient: 'local:anna',
          body: { credential: 'Lab <!channel>', code: 'expired', severity: 'critical' },
          ...change,
        });
      tx.audit(auditEvent(systemCall(), 'notice.create', 'allowed'));
    });
  /** What the worker does each minute. */
  async function minute(): Promise<void> {
    await handOverNotices(ports);
    for (const id of await ports.outbox.dueChannels(now)) await sendToChannel(ports, id);
  }
  const later = (hours: number) => {
    now = new Date(now.getTime() + hours * HOUR);
  };

  it('go by mail as text and HTML, once, to all addresses', async () => {
    await add({ kind: 'mail', to: ['anna@lab.example', 'ben@lab.example'] });
    await put({});
    await minute();
    await minute();
    const [caught, ...more] = mail.caught;
    expect(more).to.deep.equal([]);
    expect(caught?.to).to.deep.equal(['anna@lab.example', 'ben@lab.example']);
    expect(caught?.raw).to.match(/^Message-ID: <[0-9a-f-]{36}@lab\.example>/im);
    expect(caught?.raw)
      .to.match(/Content-Type: text\/plain/i)
      .and.match(/Content-Type: text\/html/i);
    expect(caught?.raw).to.include('Lab &lt;!channel&gt;');
  });

  it('that come up together are one digest', async () => {
    await add({ kind: 'mail', to: ['anna@lab.example'] });
    await put(...Array.from({ length: 12 }, () => ({})));
    await minute();
    expect(mail.caught).to.have.length(1);
    expect(mail.caught[0]?.raw).to.match(/Subject: \[critical\] 12 notices about credentials, 12\s+critical/);
  });

  it('go to Slack and Teams without becoming mentions or links', async () => {
    await add({ kind: 'slack', url: `https://hooks.slack.com${SECRET_PATH}` });
    await add({ kind: 'teams', url: `https://lab.webhook.office.com${SECRET_PATH}` });
    await put({});
    await minute();
    const bodies = receiver.seen.map(({ headers, url, body }) => ({
      host: headers.host,
      path: url.pathname,
      body,
    }));
    expect(bodies.map(({ path }) => path)).to.deep.equal([SECRET_PATH, SECRET_PATH]);
    const slack = JSON.parse(bodies.find(({ host }) => host === 'hooks.slack.com')?.body ?? '{}');
    expect(slack.text).to.include('Lab &lt;!channel&gt;').and.not.include('<!channel>');
    const teams = JSON.parse(bodies.find(({ host }) => host === 'lab.webhook.office.com')?.body ?? '{}');
    expect(teams.attachments[0].contentType).to.equal('application/vnd.microsoft.card.adaptive');
    expect(teams.attachments[0].content.body.map((b: { type: string }) => b.type)).to.deep.equal([
      'RichTextBlock',
      'RichTextBlock',
    ]);
  });

  it('go to webhooks signed, with the time in the signature, by a secret that is shown once', async () => {
    const { signing_secret, id } = await add({ kind: 'webhook', url: receiver.url, ca_pem: receiver.ca });
    await put({});
    await minute();
    const [request] = receiver.seen;
    const timestamp = String(request?.headers['x-glassdome-timestamp']);
    expect(Number(timestamp)).to.be.closeTo(Date.now() / 1000, 60);
    const signed = createHmac('sha256', signing_secret).update(`${timestamp}.${request?.body}`).digest('hex');
    expect(request?.headers['x-glassdome-signature']).to.equal(`sha256=${signed}`);
    const body = JSON.parse(request?.body ?? '{}');
    expect(body.id).to.equal(request?.headers['x-glassdome-delivery']);
    expect(body.notices[0]).to.include({ kind: 'health_rejected', recipient: 'local:anna' });
    const listed = (await call('GET', '')).body.items.find((c: { id: string }) => c.id === id);
    expect(JSON.stringify(listed)).to.not.include(signing_secret);
  });

  it('wait while a channel is down for a day, and arrive once, with the same id, when it is back', async () => {
    const { id } = await add({ kind: 'webhook', url: receiver.url, ca_pem: receiver.ca });
    status = 503;
    await put({});
    for (let n = 0; n < 24; n += 1) {
      await minute();
      later(1.3);
    }
    const [state] = (await call('GET', '')).body.items;
    expect(state).to.include({ id, pending: 1, dead: 0, last_code: 'service_error' });
    status = 200;
    await minute();
    await minute();
    const ids = receiver.seen.map(({ headers }) => headers['x-glassdome-delivery']);
    expect(ids.length).to.be.within(10, 26);
    expect(new Set(ids).size).to.equal(1);
    expect((await call('GET', '')).body.items[0]).to.include({ pending: 0, last_code: null });
  });

  it('are given up after three days, shown, and sent when somebody asks again', async () => {
    const { id } = await add({ kind: 'mail', to: ['anna@lab.example'] });
    mail.down = true;
    await put({});
    for (let n = 0; n < 80; n += 1) {
      await minute();
      later(1.3);
    }
    const [state] = (await call('GET', '')).body.items;
    expect(state).to.include({ pending: 0, dead: 1, last_code: 'mail_server_refused' });
    mail.down = false;
    await minute();
    expect(mail.caught).to.have.length(0);
    expect((await call('POST', `/${id}/retry`)).body).to.deep.equal({ revived: 1 });
    await minute();
    expect(mail.caught).to.have.length(1);
  });

  it('reach only the channels that want them', async () => {
    await add({ kind: 'mail', to: ['urgent@lab.example'], min_severity: 'critical' });
    await add({ kind: 'mail', to: ['all@lab.example'] });
    await add({ kind: 'mail', to: ['red@lab.example'], labels: { team: 'red' } });
    await put({}, { kind: 'unused', body: { credential: 'Lab', severity: 'info', days: 90 } });
    await minute();
    const count = (to: string) => mail.caught.filter((m) => m.to.includes(to)).length;
    expect([count('urgent@lab.example'), count('all@lab.example'), count('red@lab.example')]).to.deep.equal([
      1, 1, 0,
    ]);
  });

  it('have a test that tells whether they would arrive', async () => {
    const { id } = await add({ kind: 'webhook', url: receiver.url, ca_pem: receiver.ca });
    expect((await call('POST', `/${id}/test`)).body).to.deep.equal({ ok: true, code: null });
    expect(JSON.parse(receiver.seen[0]?.body ?? '{}').subject).to.match(/^\[test\]/);
    status = 404;
    expect((await call('POST', `/${id}/test`)).body).to.deep.equal({ ok: false, code: 'gone' });
  });

  it('never show the address of a channel beyond its host, nor keep it in Postgres', async () => {
    const made = await add({ kind: 'slack', url: `https://hooks.slack.com${SECRET_PATH}` });
    expect(made.target).to.equal('hooks.slack.com');
    expect(JSON.stringify((await call('GET', '')).body)).to.not.include('only-we-know');
    const owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    const { rows } = await owner.query(
      `select string_agg(c::text, '') || (select string_agg(e::text, '') from broker.audit_events e) as all_of_it
       from broker.notification_channels c`,
    );
    await owner.end();
    expect(rows[0].all_of_it).to.include('vault:v1:').and.not.include('only-we-know');
  });

  it('refuse channels that would leak or could not work', async () => {
    for (const [body, field] of [
      [{ kind: 'slack', url: 'http://hooks.slack.com/x' }, 'url'],
      [{ kind: 'webhook', url: 'http://lab.example/x' }, 'url'],
      [{ kind: 'webhook', url: 'https://lab.example:22/x' }, 'url'],
      [{ kind: 'webhook', url: 'ftp://lab.example/x' }, 'url'],
      [{ kind: 'webhook', url: 'https://a:b@lab.example/x' }, 'url'],
      [{ kind: 'mail', to: ['nobody'] }, 'to.0'],
      [{ kind: 'mail', to: ['a@b.example'], url: 'https://x.example' }, 'url'],
      [{ kind: 'pigeon' }, 'kind'],
    ] as const) {
      const answer = await call('POST', '', { name: 'wrong', ...body });
      expect(answer.status, JSON.stringify(body)).to.equal(400);
      expect(answer.body.fields[0].field, JSON.stringify(answer.body)).to.equal(field);
    }
  });
});
