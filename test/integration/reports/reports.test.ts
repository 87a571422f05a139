import { expect } from 'chai';
import pg from 'pg';
import { createNotifier } from '../../../src/adapters/notify/notifier.js';
import type { Ports } from '../../../src/ports/ports.js';
import { handOverNotices, sendToChannel } from '../../../src/usecases/notices/sendNotices.js';
import {
  declareReportSchedule,
  enqueueDueReports,
  makeScheduledReport,
} from '../../../src/usecases/reports/scheduledReports.js';
import { startWorker } from '../../../src/worker/worker.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';
import { type MailServer, startMailServer } from '../../support/services/mailServer.js';
import { loopbackOutbound } from '../../support/services/testOutbound.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anEvent } from '../postgres/postgresSupport.js';

const DAY = 86_400_000;
const NOBODYS = '00000000-0000-4000-8000-000000000000';

describe('health reports', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  let mail: MailServer;
  let ports: Ports;
  let anna: SignedIn;
  let ben: SignedIn;
  let eve: SignedIn;
  let now = new Date();
  const later = (days: number) => {
    now = new Date(now.getTime() + days * DAY);
  };

  before(async () => {
    broker = await startBrokerSystem();
    mail = await startMailServer();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    anna = await broker.person('anna', 'engineer');
    ben = await broker.person('ben', 'engineer');
    eve = await broker.person('eve', 'engineer');
    const members = [{ principal: anna.principal, lead: true }, { principal: ben.principal }];
    await broker.call(broker.admin.token, 'POST', '/api/teams', { name: 'red', members });
    const clock = { now: () => now };
    const smtp = { host: '127.0.0.1', port: mail.port, tls: 'none' as const, from: 'broker@lab.example' };
    const notifier = createNotifier({ outbound: loopbackOutbound(), clock, smtp });
    Object.assign(broker.system.ports, { notifier });
    ports = { ...broker.system.ports, clock };
    await ports.changes.run(async (tx) => {
      for (let n = 0; n < 5; n += 1) {
        const credential = aCredential({ name: `lab <${n}>`, owner: 'local:eve' });
        await tx.insertCredential(credential);
        const grant = {
          subjectKind: 'team' as const,
          subject: 'red',
          level: 'read' as const,
          expiresAt: null,
        };
        if (n < 2) await tx.replaceGrants(credential.id, [grant], 'local:eve', now);
      }
      tx.audit(anEvent());
    });
    later(0.1);
  });
  after(async () => {
    await owner.end();
    await mail.close();
    await broker.stop();
  });

  const call = (who: SignedIn, method: string, path: string, body?: object) =>
    broker.call(who.token, method, `/api/reports${path}`, body);
  const admin = () => broker.admin;
  const weekly = { name: 'weekly', expression: '0 6 * * 1', timezone: 'Europe/Berlin' };
  /** Each schedule in these tests comes every seven days. */
  const nextDue = (_schedule: unknown, after: Date) => new Date(after.getTime() + 7 * DAY);
  const fieldOf = ({ body }: { body: { fields?: { field: string }[] } }) => body.fields?.[0]?.field;

  /** What the dispatcher enqueued and no worker took yet. */
  async function jobs(): Promise<{ scheduleId: string; at: Date }[]> {
    const { rows } = await owner.query(`
      select p.payload, q.queue_name from graphile_worker._private_jobs p
      join graphile_worker._private_job_queues q on q.id = p.job_queue_id
      join graphile_worker._private_tasks t on t.id = p.task_id where t.identifier = 'make_report' order by p.id`);
    await owner.query('delete from graphile_worker._private_jobs');
    return rows.map(({ payload }) => ({ scheduleId: payload.schedule_id, at: new Date(payload.due_at) }));
  }
  async function dispatch(): Promise<number> {
    await enqueueDueReports(ports, nextDue);
    const due = await jobs();
    for (const job of due) await makeScheduledReport(ports, nextDue, job);
    return due.length;
  }
  const made = async (scheduleId: string) =>
    (await owner.query('select * from broker.reports where schedule_id = $1 order by due_at', [scheduleId]))
      .rows;

  describe('that somebody asks for', () => {
    it('are made by admins, of everything or of a team, and stand for themselves', async () => {
      now = new Date();
      const all = await call(admin(), 'POST', '', {});
      expect(all.status, JSON.stringify(all.body)).to.equal(201);
      expect(all.body.totals.credentials).to.equal(5);
      expect(all.body).to.include({ schedule_id: null, since_last: null });
      const red = await call(admin(), 'POST', '', { team: 'red' });
      expect(red.body.totals.credentials).to.equal(2);
      expect((await call(anna, 'POST', '', { team: 'red' })).status).to.equal(403);
    });

    it('are seen by admins, and those of a team by its members, page by page', async () => {
      const first = (await call(admin(), 'GET', '?limit=1')).body;
      const second = (await call(admin(), 'GET', `?limit=1&cursor=${first.next_cursor}`)).body;
      const teams = [...first.items, ...second.items].map((i: { team: string | null }) => i.team);
      expect(teams).to.deep.equal(['red', null]);
      expect(second.next_cursor).to.equal(null);
      const his = (await call(ben, 'GET', '')).body.items;
      expect(his.map((i: { team: string | null }) => i.team)).to.deep.equal(['red']);
      expect((await call(ben, 'GET', `/${his[0].id}`)).status).to.equal(200);
      expect((await call(ben, 'GET', `/${second.items[0].id}`)).status).to.equal(404);
      expect((await call(eve, 'GET', `/${his[0].id}`)).status).to.equal(404);
      expect(fieldOf(await call(admin(), 'GET', '?cursor=x'))).to.equal('cursor');
    });

    it('are pages and tables too', async () => {
      const [{ id }] = (await call(admin(), 'GET', '')).body.items;
      const ask = (format: string) =>
        fetch(`${broker.url}/api/reports/${id}?format=${format}`, {
          headers: { authorization: `Bearer ${admin().token}` },
        });
      const page = await ask('html');
      expect(page.headers.get('content-type')).to.match(/^text\/html/);
      expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(await page.text())
        .to.include('Health report of team red</h1>')
        .and.include('lab &lt;0&gt;');
      const table = await ask('csv');
      expect(table.headers.get('content-disposition')).to.include('report-');
      expect(await table.text()).to.match(/^"section","item","count",/);
      expect((await ask('pdf')).status).to.equal(400);
    });

    it('refuse times that make no sense', async () => {
      const at = (days: number) => new Date(Date.now() + days * DAY).toISOString();
      expect(fieldOf(await call(admin(), 'POST', '', { to: at(1) }))).to.equal('to');
      expect(fieldOf(await call(admin(), 'POST', '', { from: at(-1), to: at(-2) }))).to.equal('from');
      expect(fieldOf(await call(admin(), 'POST', '', { from: at(-400) }))).to.equal('from');
      // How all stood is not kept for so long.
      expect(fieldOf(await call(admin(), 'POST', '', { from: at(-401), to: at(-399) }))).to.equal('from');
      expect((await call(admin(), 'POST', '', { from: at(-399), to: at(-398) })).status).to.equal(201);
      expect(fieldOf(await call(admin(), 'POST', '', { team: 'nobodys' }))).to.equal('team');
    });
  });

  describe('by a schedule', () => {
    let ofAll: string;
    let ofRed: string;

    it('are at most twenty of a team', async () => {
      const add = (n: number, team: string | null) =>
        call(admin(), 'POST', '/schedules', { ...weekly, name: `one of many ${n}`, team, enabled: false });
      const many = [];
      for (let n = 0; n < 20; n += 1) many.push(await add(n, 'red'));
      expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([201]));
      const more = await add(20, 'red');
      expect([more.status, more.body.code]).to.deep.equal([409, 'conflict']);
      expect(more.body.detail).to.include('at most 20');
      many.push(await add(20, null));
      for (const { body } of many)
        expect((await call(admin(), 'DELETE', `/schedules/${body.id}`)).status).to.equal(204);
    });

    it('are set up by admins, and for a team by whoever leads it', async () => {
      const all = await call(admin(), 'POST', '/schedules', weekly);
      expect(all.status, JSON.stringify(all.body)).to.equal(201);
      expect(all.body).to.include({ team: null, enabled: true, channels: null, next_due_at: null });
      ofAll = all.body.id;
      expect((await call(admin(), 'POST', '/schedules', weekly)).body.code).to.equal('name_taken');
      expect((await call(anna, 'POST', '/schedules', weekly)).status).to.equal(403);
      expect((await call(ben, 'POST', '/schedules', { ...weekly, team: 'red' })).status).to.equal(403);
      const red = await call(anna, 'POST', '/schedules', { ...weekly, team: 'red' });
      expect(red.status, JSON.stringify(red.body)).to.equal(201);
      ofRed = red.body.id;
      const names = async (who: SignedIn) =>
        (await call(who, 'GET', '/schedules')).body.items.map((s: { id: string }) => s.id);
      expect(await names(admin())).to.have.members([ofAll, ofRed]);
      expect(await names(ben)).to.deep.equal([ofRed]);
      expect(await names(eve)).to.deep.equal([]);
      expect((await call(ben, 'GET', `/schedules/${ofAll}`)).status).to.equal(404);
      expect((await call(ben, 'PATCH', `/schedules/${ofRed}`, { enabled: false })).status).to.equal(403);
      expect((await call(eve, 'DELETE', `/schedules/${ofRed}`)).status).to.equal(404);
    });

    it('name what is wrong with one', async () => {
      for (const [change, field] of [
        [{ expression: '*/5 * * * *' }, 'expression'],
        [{ timezone: 'Mars/Olympus' }, 'timezone'],
        [{ team: 'nobodys' }, 'team'],
        [{ channels: [NOBODYS] }, 'channels.0'],
        [{ channels: [] }, 'channels'],
      ] as const) {
        const answer = await call(admin(), 'POST', '/schedules', { ...weekly, name: 'wrong', ...change });
        expect([answer.status, fieldOf(answer)], JSON.stringify(answer.body)).to.deep.equal([400, field]);
      }
      const chosen = await call(anna, 'PATCH', `/schedules/${ofRed}`, { channels: [NOBODYS] });
      expect(chosen.status).to.equal(403);
      // Neither what is for programs nor somebody's own mailbox takes a report.
      const { rows } = await owner.query(`
        insert into broker.notification_channels
          (id, name, kind, sealed_target, shown_target, min_severity, kinds, labels, recipient, events, created_at, created_by)
        select gen_random_uuid(), name, 'webhook', '', '', 'info', '{}', '{}', recipient, recipient is null, now(), 'system'
        from (values ('events', null), ('mailbox', 'local:nobody')) made (name, recipient) returning id`);
      for (const { id } of rows) {
        const answer = await call(admin(), 'PATCH', `/schedules/${ofRed}`, { channels: [id] });
        expect([answer.status, fieldOf(answer)]).to.deep.equal([400, 'channels.0']);
      }
      await owner.query('delete from broker.notification_channels');
    });

    it('come once, however often they are made, and leave no gap between them', async () => {
      now = new Date();
      expect(await dispatch()).to.equal(0);
      const { next_due_at: due } = (await call(admin(), 'GET', `/schedules/${ofAll}`)).body;
      expect(due).to.equal(new Date(now.getTime() + 7 * DAY).toISOString());
      later(7);
      // What happened in the last moment may not be in the database yet.
      expect(await enqueueDueReports(ports, nextDue)).to.equal(0);
      later(0.001);
      await Promise.all([enqueueDueReports(ports, nextDue), enqueueDueReports(ports, nextDue)]);
      const due1 = await jobs();
      expect(due1.map(({ scheduleId }) => scheduleId)).to.have.members([ofAll, ofRed]);
      for (const job of [...due1, ...due1]) await makeScheduledReport(ports, nextDue, job);
      const [report, ...more] = await made(ofAll);
      expect(more).to.deep.equal([]);
      expect(report.to_at.getTime() - report.from_at.getTime()).to.equal(7 * DAY);
      // Made by hand in between: it moves nothing.
      await call(admin(), 'POST', '', {});
      later(7.5);
      expect(await dispatch()).to.equal(2);
      const [, second] = await made(ofAll);
      expect(second.from_at).to.deep.equal(report.to_at);
      expect(second.to_at.getTime() - second.from_at.getTime()).to.equal(7 * DAY);
      expect(second.body.since_last.report).to.equal(report.id);
      const { rows } = await owner.query(`select * from broker.notifications where kind = 'report'`);
      expect(rows.map(({ recipient }) => recipient).sort()).to.deep.equal([
        ...['admins', 'admins'],
        ...['team:red', 'team:red'],
      ]);
      expect(rows.map(({ period }) => period)).to.include(`${ofAll}/${second.due_at.toISOString()}`);
    });

    it('that could not be kept leave nothing behind, and come with the next try', async () => {
      later(7);
      await enqueueDueReports(ports, nextDue);
      const due = (await jobs()).find(({ scheduleId }) => scheduleId === ofAll);
      if (due === undefined) throw new Error('nothing was due');
      const changes = { run: () => Promise.reject(new Error('the database went away')) } as Ports['changes'];
      await makeScheduledReport({ ...ports, changes }, nextDue, due).then(
        () => expect.fail('it was kept'),
        () => undefined,
      );
      expect(await made(ofAll)).to.have.length(2);
      await makeScheduledReport(ports, nextDue, due);
      expect(await made(ofAll)).to.have.length(3);
      await dispatch();
    });

    it('are caught up once after a pause, by one that covers all of it', async () => {
      const before = (await made(ofAll)).at(-1);
      later(30);
      expect(await dispatch()).to.equal(2);
      expect(await dispatch()).to.equal(0);
      const last = (await made(ofAll)).at(-1);
      expect(last.from_at).to.deep.equal(before.to_at);
      expect((last.to_at.getTime() - last.from_at.getTime()) / DAY).to.equal(28);
    });

    it('go on from now when they are enabled again or get another time', async () => {
      const off = await call(anna, 'PATCH', `/schedules/${ofRed}`, { enabled: false });
      expect(off.body).to.include({ enabled: false, next_due_at: null });
      later(30);
      expect(await dispatch()).to.equal(1);
      await call(anna, 'PATCH', `/schedules/${ofRed}`, { enabled: true, expression: '30 7 1 * *' });
      expect(await dispatch()).to.equal(0);
      expect((await call(anna, 'GET', `/schedules/${ofRed}`)).body).to.include({ expression: '30 7 1 * *' });
    });

    it('go by mail whole, as page and as text, to the channels that were chosen or that ask for them', async () => {
      const channel = async (name: string, more: object) => {
        const body = { name, kind: 'mail', to: [`${name}@lab.example`], ...more };
        return (await broker.call(admin().token, 'POST', '/api/notifications/channels', body)).body.id;
      };
      await handOverNotices(ports);
      const chosen = await channel('chosen', { min_severity: 'critical' });
      await channel('all', {});
      await channel('red', { team: 'red' });
      await channel('blue', { team: 'blue' });
      const mailbox = { email: 'ben@lab.example' };
      await broker.call(admin().token, 'PATCH', '/api/users/ben', mailbox);
      await channel('urgent', { min_severity: 'critical' });
      expect((await call(admin(), 'PATCH', `/schedules/${ofRed}`, { channels: [chosen] })).status).to.equal(
        200,
      );
      later(7.01);
      expect(await dispatch()).to.equal(2);
      await handOverNotices(ports);
      for (const id of await ports.outbox.dueChannels(now)) await sendToChannel(ports, id);
      const to = (name: string) => mail.caught.filter((m) => m.to.includes(`${name}@lab.example`));
      expect([to('chosen').length, to('all').length, to('urgent').length]).to.deep.equal([1, 1, 0]);
      // A team is told of its own: who is in it, and the channels of the team where none were chosen.
      expect([to('ben').length, to('red').length, to('blue').length]).to.deep.equal([1, 0, 0]);
      // One that is removed is chosen no more, and no other takes its place.
      await broker.call(admin().token, 'DELETE', `/api/notifications/channels/${chosen}`);
      expect((await call(admin(), 'GET', `/schedules/${ofRed}`)).body.channels).to.deep.equal([]);
      await call(admin(), 'PATCH', `/schedules/${ofRed}`, { channels: null });
      later(7.01);
      await dispatch();
      await handOverNotices(ports);
      for (const id of await ports.outbox.dueChannels(now)) await sendToChannel(ports, id);
      expect([to('ben').length, to('red').length, to('blue').length]).to.deep.equal([2, 1, 0]);
      const told = await broker.call(ben.token, 'GET', '/api/notifications?kind=report');
      expect(told.body.items[0]).to.include({ recipient: 'team:red' });
      expect(
        (await broker.call(eve.token, 'GET', '/api/notifications?kind=report')).body.items,
      ).to.deep.equal([]);
      const raw = (to('chosen')[0]?.raw ?? '').replaceAll('=\r\n', '');
      expect(raw).to.include('Health report of team red</h1>').and.include('lab &lt;0&gt;');
      expect(raw).to.match(/^Subject: \[info\] Health report of team red/m);
      expect(raw).to.include('2 credentials, 0 of them not working');
      expect(raw).to.not.include('lab &lt;4&gt;');
      expect((to('all')[0]?.raw ?? '').replaceAll('=\r\n', '')).to.include(
        'Health report of all credentials</h1>',
      );
    });

    it('end with their schedule; what was made stays', async () => {
      expect((await call(anna, 'DELETE', `/schedules/${ofRed}`)).status).to.equal(204);
      expect((await call(anna, 'GET', `/schedules/${ofRed}`)).status).to.equal(404);
      const { items } = (await call(ben, 'GET', '')).body;
      expect(items.length).to.be.greaterThan(3);
      for (const item of items) expect(item.schedule_id).to.equal(null);
      later(7);
      expect(await dispatch()).to.equal(1);
    });

    it('of a team end with it, and nobody who gets its name sees them or what it was granted', async () => {
      await broker.call(admin().token, 'DELETE', '/api/teams/red');
      const members = [{ principal: eve.principal }];
      await broker.call(admin().token, 'POST', '/api/teams', { name: 'red', members });
      expect((await call(eve, 'GET', '')).body.items).to.deep.equal([]);
      const told = await broker.call(eve.token, 'GET', '/api/notifications?kind=report');
      expect(told.body.items).to.deep.equal([]);
      now = new Date();
      expect((await call(admin(), 'POST', '', { team: 'red' })).body.totals.credentials).to.equal(0);
    });
  });

  describe('without being asked for', () => {
    it('of everything come by REPORT_SCHEDULE, which may be disabled but not changed or removed', async () => {
      await declareReportSchedule(ports, { expression: '0 6 * * 1', timezone: 'UTC' });
      const find = async () =>
        (await call(admin(), 'GET', '/schedules')).body.items.find((s: { name: string }) => s.name === 'all');
      const { id } = await find();
      expect(await find()).to.include({ from_environment: true, enabled: true, team: null });
      expect((await call(admin(), 'DELETE', `/schedules/${id}`)).status).to.equal(409);
      expect((await call(admin(), 'PATCH', `/schedules/${id}`, { expression: '0 7 * * 1' })).status).to.equal(
        409,
      );
      await dispatch();
      await declareReportSchedule(ports, { expression: '0 6 * * 1', timezone: 'UTC' });
      expect((await find()).next_due_at).to.be.a('string');
      await declareReportSchedule(ports, { expression: '0 7 * * 2', timezone: 'UTC' });
      expect(await find()).to.include({ expression: '0 7 * * 2', next_due_at: null });
      await call(admin(), 'PATCH', `/schedules/${id}`, { enabled: false });
      await declareReportSchedule(ports, { expression: '0 7 * * 2', timezone: 'UTC' });
      expect((await find()).enabled).to.equal(false);
    });

    it('are made by the worker when one is due', async () => {
      const created = await call(admin(), 'POST', '/schedules', { ...weekly, name: 'by the worker' });
      const { id } = created.body;
      await owner.query(
        `update broker.report_schedules set next_due_at = date_trunc('minute', now()) - interval '1 minute' where id = $1`,
        [id],
      );
      const worker = await startWorker(broker.system);
      try {
        await ports.jobs.enqueue({ task: 'reports_due' });
        const [report] = await eventually('a report', async () => {
          const rows = await made(id);
          return rows.length > 0 ? rows : undefined;
        });
        expect(report).to.include({ made_by: 'system', team: null });
      } finally {
        await worker.stop();
      }
      expect((await call(admin(), 'GET', `/schedules/${id}`)).body.next_due_at).to.match(/T0[45]:00:00/);
    });
  });
});
