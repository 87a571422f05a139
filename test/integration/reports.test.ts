import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import type { Credential } from '../../src/domain/credential.js';
import { healthAfter } from '../../src/domain/health.js';
import type { TestCode } from '../../src/domain/testResult.js';
import { makeScheduledReports } from '../../src/usecases/reports.js';
import { handOverNotices } from '../../src/usecases/sendNotices.js';
import { aCredential } from '../support/aCredential.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../support/brokerSystem.js';
import { anEvent } from './postgresSupport.js';

const HOUR = 3_600_000;
const CODES: TestCode[] = ['ok', 'ok', 'ok', 'expired', 'unreachable', 'quota_exhausted', 'rate_limited'];

describe('health reports', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  let ben: SignedIn;
  const all: Credential[] = [];
  /** What was written, to be counted once more by other means. */
  const runs: { id: string; at: number; code: TestCode; health: string }[] = [];
  const uses: { id: string; at: number; success: boolean }[] = [];
  const now = Date.now();
  const from = now - 48 * HOUR;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    ben = await broker.person('ben', 'engineer');
    await broker.call(broker.admin.token, 'POST', '/api/teams', {
      name: 'red',
      members: [{ principal: 'local:ben' }],
    });
    await broker.system.ports.changes.run(async (tx) => {
      for (let n = 0; n < 12; n += 1) {
        const credential = aCredential({ name: `lab ${n}`, owner: 'local:eve' });
        all.push(credential);
        await tx.insertCredential(credential);
        if (n < 3)
          await tx.replaceGrants(
            credential.id,
            [{ subjectKind: 'team', subject: 'red', level: 'read', expiresAt: null }],
            'local:eve',
            new Date(now),
          );
        let health: Credential['health'] = 'unchecked';
        for (let k = 0; k < 30; k += 1) {
          const at = now - 60 * HOUR + k * 2 * HOUR;
          const code = CODES[(n * 7 + k * k * 3 + n * k) % CODES.length] ?? 'ok';
          health = healthAfter(code, health);
          runs.push({ id: credential.id, at, code, health });
          await tx.insertTestRun({
            credentialId: credential.id,
            version: 1,
            testedAt: new Date(at),
            trigger: 'schedule',
            caller: 'system',
            code,
            failedStep: null,
            advice: 'Works.',
            health,
            identity: null,
            serviceVersion: null,
            warnings: n === 5 ? ['over_privileged'] : [],
            durationMs: 5,
          });
          if (k % 3 !== 0) continue;
          const success = k % 2 === 0;
          uses.push({ id: credential.id, at, success });
          await tx.reportUsage({
            credentialId: credential.id,
            usedBy: 'agent',
            usedAt: new Date(at),
            success,
            errorCode: null,
            purpose: null,
            caller: 'local:eve',
          });
        }
        await tx.setTested(credential.id, { health, lastTestedAt: new Date(now), lastTestCode: 'ok' });
      }
      tx.audit(anEvent());
    });
  });
  after(async () => {
    await owner.end();
    await broker.stop();
  });

  const bad = (health: string | undefined) => ['rejected', 'unreachable', 'limited'].includes(health ?? '');
  const within = ({ at }: { at: number }) => at >= from && at < now;
  /** As a person would count with the raw rows in front of him. */
  function counted(ids: readonly string[]): Record<string, number> {
    const mine = runs.filter(({ id }) => ids.includes(id));
    let broke = 0;
    let healed = 0;
    for (const id of ids) {
      const own = mine.filter((run) => run.id === id);
      own.forEach((run, n) => {
        const before = own[n - 1]?.health;
        if (!within(run) || before === run.health) return;
        if (bad(run.health) && !bad(before)) broke += 1;
        if (run.health === 'ok' && bad(before)) healed += 1;
      });
    }
    const used = uses.filter((use) => ids.includes(use.id) && within(use));
    const working = ['ok', 'insufficient_permission', 'quota_exhausted', 'no_auth_required'];
    return {
      credentials: ids.length,
      broke,
      healed,
      tests: mine.filter(within).length,
      tests_ok: mine.filter((run) => within(run) && working.includes(run.code)).length,
      uses: used.length,
      uses_failed: used.filter(({ success }) => !success).length,
    };
  }
  const told = ({ totals, lists }: Record<string, Record<string, { count: number }>>) => ({
    credentials: totals?.['credentials'],
    broke: lists?.['broke']?.count,
    healed: lists?.['healed']?.count,
    tests: totals?.['tests'],
    tests_ok: totals?.['tests_ok'],
    uses: totals?.['uses'],
    uses_failed: totals?.['uses_failed'],
  });
  const time = { from: new Date(from).toISOString(), to: new Date(now).toISOString() };
  const make = (body: object) =>
    broker.call(broker.admin.token, 'POST', '/api/reports', { ...time, ...body });

  it('say what the raw rows say, of everything and of a team', async () => {
    const everything = await make({});
    expect(everything.status, JSON.stringify(everything.body)).to.equal(201);
    expect(told(everything.body)).to.deep.equal(counted(all.map(({ id }) => id)));
    expect(counted(all.map(({ id }) => id))['broke']).to.be.greaterThan(10);
    const red = await make({ team: 'red' });
    expect(told(red.body)).to.deep.equal(counted(all.slice(0, 3).map(({ id }) => id)));
    expect(everything.body.lists.over_privileged.lines.map((l: { name: string }) => l.name)).to.deep.equal([
      'lab 5',
    ]);
  });

  it('are seen by admins, and those of a team by its members', async () => {
    const { items } = (await broker.call(broker.admin.token, 'GET', '/api/reports')).body;
    expect(items.map((i: { team: string | null }) => i.team)).to.have.members([null, 'red']);
    const his = (await broker.call(ben.token, 'GET', '/api/reports')).body.items;
    expect(his.map((i: { team: string | null }) => i.team)).to.deep.equal(['red']);
    const whole = items.find((i: { team: string | null }) => i.team === null).id;
    expect((await broker.call(ben.token, 'GET', `/api/reports/${his[0].id}`)).status).to.equal(200);
    expect((await broker.call(ben.token, 'GET', `/api/reports/${whole}`)).status).to.equal(404);
  });

  it('are pages and tables too', async () => {
    const [{ id }] = (await broker.call(broker.admin.token, 'GET', '/api/reports')).body.items;
    const ask = (format: string) =>
      fetch(`${broker.url}/api/reports/${id}?format=${format}`, {
        headers: { authorization: `Bearer ${broker.admin.token}` },
      });
    const page = await ask('html');
    expect(page.headers.get('content-type')).to.match(/^text\/html/);
    expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
    expect(await page.text()).to.include('<h1>Credentials of team red</h1>');
    const table = await ask('csv');
    expect(table.headers.get('content-disposition')).to.include('report-');
    expect(await table.text()).to.match(/^list,id,name,/);
    expect((await ask('pdf')).status).to.equal(400);
  });

  it('come by the clock without a gap, one of everything and one for each team, with one notice', async () => {
    const { ports } = broker.system;
    await makeScheduledReports(ports);
    const { rows } = await owner.query('select * from broker.reports where made_by = $1', ['system']);
    expect(rows.map(({ team }) => team)).to.have.members([null, 'red']);
    // It begins where the one before ended.
    for (const row of rows) expect(row.from_at.getTime()).to.equal(now);
    const notices = await owner.query(`select body from broker.notifications where kind = 'report'`);
    expect(notices.rows).to.have.length(1);
    expect(notices.rows[0].body.text).to.match(/^12 credentials, \d+ of them broken/);
    await handOverNotices(ports);
  });

  it('refuse times that make no sense', async () => {
    expect((await make({ from: time.to })).body.fields[0].field).to.equal('from');
    expect((await make({ from: '2020-01-01T00:00:00Z' })).body.fields[0].field).to.equal('from');
    expect((await make({ team: `t${randomUUID().slice(0, 8)}` })).body.fields[0].field).to.equal('team');
  });
});
