import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createApp } from '../../../src/http/app.js';
import { eventually } from '../../support/eventually.js';
import { plainTextOf } from '../../support/services/mailServer.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { type NoticeWorld, startNoticeWorld } from '../../support/worlds/noticeWorld.js';
import { store } from '../postgres/postgresSupport.js';

async function listening(app: ReturnType<typeof createApp>): Promise<{ server: Server; url: string }> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const HOUR = 3_600_000;
const CHANNELS = '/api/notifications/channels';

describe('notices reach', function () {
  this.timeout(60_000);
  let world: NoticeWorld;
  let count = 0;
  before(async () => {
    world = await startNoticeWorld();
  });
  after(() => world.stop());
  beforeEach(() => {
    const { mail, slack, teams, webhook } = world;
    mail.down = false;
    mail.refused.clear();
    mail.caught.length = 0;
    for (const receiver of [slack, teams, webhook]) {
      receiver.status = 200;
      receiver.fault = 'none';
      receiver.seen.length = 0;
    }
  });
  afterEach(async () => {
    for (const { id } of (await world.admin('GET', CHANNELS)).body.items)
      await world.admin('DELETE', `${CHANNELS}/${id}`);
    // Beyond the bound of messages an hour.
    later(2);
  });

  const later = (hours: number) => world.setNow(new Date(world.now().getTime() + hours * HOUR));
  const hook = () => ({ kind: 'webhook', url: world.webhook.url, ca_pem: world.webhook.ca });
  const posted = () => world.webhook.seen.map(({ body }) => JSON.parse(body));
  const mailTo = () => world.mail.caught.map(({ to }) => to.join(' '));
  const many = (n: number, change = {}) => Array.from({ length: n }, () => change);
  async function person(role = 'engineer', email?: string): Promise<string> {
    const username = `person-${++count}`;
    const { status, body } = await world.admin('POST', '/api/users', { username, role, email });
    expect(status, JSON.stringify(body)).to.equal(201);
    return username;
  }

  describe('as one digest', () => {
    it('of counts and the twenty most urgent, however many there are', async () => {
      await world.addChannel({ kind: 'mail', to: ['ops@lab.example'] });
      await world.addChannel(hook());
      await world.addChannel({ kind: 'slack', url: 'https://hooks.slack.com/services/x' });
      await world.addChannel({ kind: 'teams', url: 'https://lab.webhook.office.com/x' });
      const unused = { kind: 'unused', body: { credential: 'Old', severity: 'info', days: 90 } };
      await world.put(...many(9_990, unused), ...many(10, { body: { credential: 'Hot', code: 'expired' } }));
      await world.tell();
      await world.tell();
      const [mail, ...more] = world.mail.caught;
      expect(more).to.deep.equal([]);
      const text = plainTextOf(mail ?? { to: [], raw: '' });
      expect(text).to.match(/^\[critical\] 10000 notices about credentials, 10 critical/);
      expect(text).to.include('10 × refused by the service [critical]').and.include('9990 × not used [info]');
      expect(text.match(/^- \[critical\] “Hot”/gm)).to.have.length(10);
      expect(text.match(/^- \[info\] “Old”/gm)).to.have.length(10);
      expect(text).to.include('… 9980 more: glassdome notices list');
      const [digest, ...others] = posted();
      expect(others).to.deep.equal([]);
      expect(digest).to.deep.include({ total: 10_000, severity: 'critical' });
      expect(digest.notices).to.have.length(20);
      expect(digest.counts).to.deep.equal([
        { kind: 'health_rejected', severity: 'critical', count: 10 },
        { kind: 'unused', severity: 'info', count: 9_990 },
      ]);
      for (const { seen } of [world.slack, world.teams]) {
        expect(seen).to.have.length(1);
        expect(seen[0]?.body).to.include('9990 × not used').and.include('9980 more');
        expect(seen[0]?.body.length).to.be.lessThan(28_000);
      }
    });

    it('of all that came up while a channel failed', async () => {
      await world.addChannel(hook());
      world.webhook.status = 503;
      for (let n = 0; n < 30; n += 1) {
        await world.put({});
        await world.tell();
        later(0.5);
      }
      const tried = world.webhook.seen.length;
      world.webhook.status = 200;
      later(1);
      await world.tell();
      await world.tell();
      const sent = posted().slice(tried);
      expect(sent.map(({ total }) => total)).to.deep.equal([30]);
      // While it fails nothing that comes up makes it be tried more often.
      expect(tried).to.be.within(14, 24);
    });

    it('beside what may have arrived before the line broke, which stays as it was', async () => {
      await world.addChannel(hook());
      world.webhook.fault = 'reset';
      await world.put({});
      await world.tell();
      await world.put({}, {});
      later(1);
      await world.tell();
      world.webhook.fault = 'none';
      later(1);
      await world.tell();
      const bodies = posted();
      expect(bodies.map(({ total }) => total)).to.deep.equal([1, 1, 1, 2]);
      expect(new Set(bodies.slice(0, 3).map(({ id }) => id)).size).to.equal(1);
      const ids = bodies.slice(2).flatMap(({ notices }) => notices.map((n: { id: string }) => n.id));
      expect(new Set(ids).size).to.equal(3);
    });

    it('after six messages within an hour, whatever goes on', async () => {
      await world.addChannel(hook());
      for (let n = 0; n < 59; n += 1) {
        await world.put({});
        await world.tell();
        later(1 / 60);
      }
      expect(posted().map(({ total }) => total)).to.deep.equal([1, 1, 1, 1, 1, 1]);
      later(2 / 60);
      await world.tell();
      expect(posted().at(-1)).to.include({ total: 53 });
    });
  });

  describe('whom they concern', () => {
    it('by mail to the owner, the maker of the service account, and every admin', async () => {
      const anna = await person('engineer', 'Anna@lab.example');
      await person('admin', 'root@lab.example');
      const { token } = await world.broker.signIn('admin', 'long-enough-admin');
      const account = await world.broker.account(token, 'robot');
      await world.admin('PATCH', '/api/users/admin', { email: 'admin@lab.example' });
      await world.put(
        { recipient: `local:${anna}`, body: { credential: 'Annas' } },
        { recipient: account.principal, body: { credential: 'Robots' } },
        { recipient: 'admins', body: { credential: 'Ours' } },
      );
      await world.tell();
      const names = (text: string) => [...new Set(text.match(/“\w+”/g))].sort().join(' ');
      const told = world.mail.caught.map((mail) => `${mail.to} ${names(plainTextOf(mail))}`);
      expect(told).to.have.members([
        'Anna@lab.example “Annas”',
        'admin@lab.example “Ours” “Robots”',
        'root@lab.example “Ours”',
      ]);
      await world.admin('PATCH', '/api/users/admin', { email: null });
    });

    it('where the newest token of another issuer says that somebody gets mail', async () => {
      const kept = async (address: string) =>
        eventually('an address', async () =>
          (await world.ports.outbox.addressOf('glassdome:7', world.now())) === address ? true : undefined,
        );
      let email = 'old@lab.example';
      const eve = { kind: 'user', principal: 'glassdome:7', name: 'eve', mustChangePassword: false } as const;
      const app = createApp({
        ...world.broker.system,
        verifyToken: async () => ({ ...eve, role: 'engineer', email }),
        life: { stopping: false, startedOnce: false },
        version: 'test',
        trustedProxyHops: 0,
      });
      const { server, url } = await listening(app);
      const headers = { authorization: 'Bearer a.b.c' };
      for (email of ['old@lab.example', 'new@lab.example']) {
        expect((await fetch(`${url}/api/auth/me`, { headers })).status).to.equal(200);
        await kept(email);
      }
      await new Promise((resolve) => server.close(resolve));
      await world.put({ recipient: 'glassdome:7' });
      await world.tell();
      expect(mailTo()).to.deep.equal(['new@lab.example']);
    });

    describe('who come with tokens of another issuer', () => {
      const shutOut = (principal: string, disabled: boolean) =>
        world.admin('PATCH', `/api/principals/${encodeURIComponent(principal)}`, { disabled });
      const isAdmin = async (address: string, days = 0) => {
        const at = new Date(world.now().getTime() + days * 24 * HOUR);
        const boxes = await world.ports.outbox.mailboxes(['admins'], at);
        return (boxes.get('admins') ?? []).some((box) => box.address === address);
      };
      const comes = (id: number, role: 'engineer' | 'admin') =>
        world.ports.addresses.seen({ principal: `glassdome:${id}`, role, email: `${id}@lab.example` });

      it('by no mail while they are shut out, also not by what was on its way', async () => {
        comes(11, 'engineer');
        await eventually(
          'an address',
          async () => (await world.ports.outbox.addressOf('glassdome:11', world.now())) ?? undefined,
        );
        world.mail.down = true;
        await world.put({ recipient: 'glassdome:11' });
        await world.tell();
        world.mail.down = false;
        expect((await shutOut('glassdome:11', true)).status).to.equal(200);
        later(1);
        await world.put({ recipient: 'glassdome:11' });
        await world.tell();
        expect(mailTo()).to.deep.equal([]);
        await shutOut('glassdome:11', false);
        later(2);
        await world.tell();
        expect(mailTo()).to.deep.equal(['11@lab.example']);
        expect(world.mail.caught[0]?.raw).to.match(/^Subject: .*“?Lab/m);
      });

      it('as admins while their newest token says so, and not when they stay away', async () => {
        for (const id of [12, 13]) {
          comes(id, 'admin');
          await eventually('an admin', async () => (await isAdmin(`${id}@lab.example`)) || undefined);
        }
        await shutOut('glassdome:13', true);
        await world.put({ recipient: 'admins', body: { credential: 'Ours' } });
        await world.tell();
        expect(mailTo()).to.include('12@lab.example').and.not.include('13@lab.example');
        later(60 * 24);
        comes(12, 'admin');
        await eventually('the later day', async () => (await isAdmin('12@lab.example', 80)) || undefined);
        expect(await isAdmin('12@lab.example', 91)).to.equal(false);
        comes(12, 'engineer');
        await eventually('the lower role', async () => !(await isAdmin('12@lab.example')) || undefined);
      });
    });

    it('once, where a channel goes to the same address', async () => {
      const ben = await person('engineer', 'ben@lab.example');
      await world.addChannel({ kind: 'mail', to: ['ops@lab.example', 'Ben@lab.example'] });
      await world.put({ recipient: `local:${ben}` });
      await world.tell();
      expect(mailTo()).to.deep.equal(['ops@lab.example Ben@lab.example']);
    });

    it('by no mail when they are disabled, and then later never', async () => {
      const gone = await person('engineer', 'gone@lab.example');
      await world.admin('PATCH', `/api/users/${gone}`, { disabled: true });
      await world.put({ recipient: `local:${gone}` });
      await world.tell();
      await world.admin('PATCH', `/api/users/${gone}`, { disabled: false });
      await world.tell();
      expect(mailTo()).to.deep.equal([]);
    });

    it('by the channel of their team: what it is granted, and what its members own', async () => {
      const carl = `local:${await person()}`;
      await world.admin('POST', '/api/teams', { name: 'red', members: [{ principal: carl }] });
      await world.addChannel({ ...hook(), team: 'red' });
      const [granted, owned, other] = [
        aCredential({ owner: 'glassdome:1' }),
        aCredential({ owner: carl }),
        aCredential({ owner: 'glassdome:1' }),
      ];
      await store(world.ports as never, granted, owned, other);
      const grants = { grants: [{ subject_kind: 'team', subject: 'red', level: 'use' }] };
      await world.admin('PUT', `/api/credentials/${granted.id}/grants`, grants);
      for (const { id } of [granted, owned, other]) await world.put({ credentialId: id });
      await world.put({});
      await world.tell();
      const ids = posted().flatMap(({ notices }) =>
        notices.map((n: { credential_id: string }) => n.credential_id),
      );
      expect(ids).to.have.members([granted.id, owned.id]);
      const wrong = await world.admin('POST', CHANNELS, { name: 'x', ...hook(), team: 'nobodys' });
      expect(wrong.body.fields).to.deep.equal([{ field: 'team', rule: 'must be the name of a team' }]);
    });
  });

  describe('in their time', () => {
    it('after the quiet hours, but for what is urgent', async () => {
      const quiet_hours = { from: '22:00', to: '07:00', timezone: 'Asia/Tokyo' };
      await world.addChannel({ ...hook(), quiet_hours });
      const at = (hour: number) =>
        new Date(Math.floor(world.now().getTime() / 86_400_000) * 86_400_000 + (24 + hour) * HOUR);
      world.setNow(at(14));
      await world.put({ kind: 'unused', body: { credential: 'Calm', severity: 'info' } }, {});
      await world.tell();
      expect(posted().map(({ severity, total }) => [severity, total])).to.deep.equal([['critical', 1]]);
      later(7.5);
      await world.tell();
      expect(posted()).to.have.length(1);
      later(0.5);
      await world.tell();
      expect(
        posted()
          .map(({ severity, total }) => [severity, total])
          .slice(1),
      ).to.deep.equal([['info', 1]]);
    });

    it('after a pause in one message, with nothing given up', async () => {
      const { id } = await world.addChannel(hook());
      const path = `${CHANNELS}/${id}`;
      expect((await world.admin('PATCH', path, { paused: true })).body).to.include({ paused: true });
      for (let n = 0; n < 5; n += 1) {
        await world.put({});
        await world.tell();
        later(24);
      }
      expect(posted()).to.deep.equal([]);
      await world.admin('PATCH', path, { paused: false });
      // The first attempt may well fail.
      world.webhook.status = 503;
      await world.tell();
      world.webhook.status = 200;
      later(1);
      await world.tell();
      expect(posted().map(({ total }) => total)).to.deep.equal([5, 5]);
    });
  });

  describe('every address of a mail', () => {
    it('also those that were refused at first, and nobody twice', async () => {
      await world.addChannel({
        kind: 'mail',
        to: ['one@lab.example', 'two@lab.example', 'three@lab.example'],
      });
      world.mail.refused.add('two@lab.example');
      await world.put({});
      await world.tell();
      expect(mailTo()).to.deep.equal(['one@lab.example three@lab.example']);
      await world.put({ kind: 'unused', body: { credential: 'Next', severity: 'info', days: 90 } });
      later(0.5);
      await world.tell();
      // What comes after does not wait for the one that is refused.
      expect(mailTo().slice(1)).to.deep.equal(['one@lab.example three@lab.example']);
      world.mail.refused.clear();
      later(0.5);
      await world.tell();
      await world.tell();
      expect(mailTo().slice(2)).to.deep.equal(['two@lab.example', 'two@lab.example']);
      const ids = world.mail.caught.map(({ raw }) => /^Message-ID: (\S+)/im.exec(raw)?.[1]);
      expect(ids[2]).to.equal(ids[0]);
    });

    it('that never takes it is shown among what was given up, and tried again alone', async () => {
      const { id } = await world.addChannel({ kind: 'mail', to: ['one@lab.example', 'bad@lab.example'] });
      world.mail.refused.add('bad@lab.example');
      await world.put({});
      for (let n = 0; n < 75; n += 1) {
        await world.tell();
        later(1);
      }
      const { body } = await world.admin('GET', `${CHANNELS}/${id}/deliveries?state=dead`);
      expect(body.items).to.have.length(1);
      expect(body.items[0]).to.deep.include({ only_to: ['bad@lab.example'], last_code: 'address_refused' });
      expect(body.items[0].notice.text).to.match(/^“Lab” is refused/);
      world.mail.refused.clear();
      await world.admin('POST', `${CHANNELS}/${id}/retry`);
      const trail = await world.admin('GET', '/api/audit?action=channel.retry');
      expect(trail.body.items.map((row: { details: object }) => row.details)).to.deep.equal([
        { channel: id, revived: 1 },
      ]);
      await world.tell();
      expect(mailTo()).to.deep.equal(['one@lab.example', 'bad@lab.example']);
      const sent = await world.admin('GET', `${CHANNELS}/${id}/deliveries?state=dead`);
      expect(sent.body.items).to.deep.equal([]);
    });
  });

  it('a channel as two change it at once: nothing is lost, and the later target is refused', async () => {
    const { id } = await world.addChannel(hook());
    const path = `${CHANNELS}/${id}`;
    const { outbox } = world.ports;
    const { channel } = outbox;
    /** The change, while another comes between its reading and its writing. */
    const beside = async (other: object, change: object) => {
      outbox.channel = async (asked) => {
        const read = await channel(asked);
        outbox.channel = channel;
        expect((await world.admin('PATCH', path, other)).status).to.equal(200);
        return read;
      };
      return world.admin('PATCH', path, change);
    };
    const url = (end: string) => ({ url: `${world.webhook.url}/${end}` });
    const { body } = await beside({ paused: true }, { min_severity: 'critical', ...url('a') });
    expect(body).to.include({ paused: true, min_severity: 'critical' });
    expect((await beside({ ...url('b'), paused: false }, { name: 'c' })).body).to.include({
      name: 'c',
      paused: false,
    });
    const late = await beside(url('d'), url('e'));
    expect([late.status, late.body.code]).to.deep.equal([409, 'conflict']);
    await world.put({});
    await world.tell();
    expect(world.webhook.seen.map(({ url: to }) => to.pathname)).to.deep.equal(['/d']);
  });

  it('a channel as it is changed: its target, its name, what it wants', async () => {
    const { id } = await world.addChannel(hook());
    const path = `${CHANNELS}/${id}`;
    const change = { name: 'night shift', min_severity: 'critical', url: `${world.webhook.url}/other` };
    expect((await world.admin('PATCH', path, change)).body).to.include({ name: 'night shift' });
    await world.put({}, { kind: 'unused', body: { credential: 'Calm', severity: 'info' } });
    await world.tell();
    expect(world.webhook.seen.map(({ url }) => url.pathname)).to.deep.equal(['/other']);
    expect(posted()[0].total).to.equal(1);
    const { id: slack } = await world.addChannel({
      kind: 'slack',
      url: 'https://hooks.slack.com/services/a',
    });
    for (const [body, field] of [
      [{ to: ['a@b.example'] }, 'to'],
      [{ url: 'http://hooks.slack.com/services/a' }, 'url'],
      [{ signing_secret: 'long enough to sign' }, 'signing_secret'],
      [{ quiet_hours: { from: '10:00', to: '10:00' } }, 'quiet_hours.to'],
      [{ quiet_hours: { from: '10:00', to: '11:00', timezone: 'Mars' } }, 'quiet_hours.timezone'],
    ] as const) {
      const answer = await world.admin('PATCH', `${CHANNELS}/${slack}`, body);
      expect(answer.body.fields?.[0]?.field, JSON.stringify(answer.body)).to.equal(field);
    }
  });
});
