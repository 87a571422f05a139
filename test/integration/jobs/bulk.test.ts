import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { runBulk } from '../../../src/usecases/bulk/runBulk.js';
import { startWorker, type Worker } from '../../../src/worker/worker.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';

const NOBODYS = '00000000-0000-4000-8000-000000000000';

/** One act on many credentials, as callers see it. */
describe('a bulk job', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let owner: pg.Client;
  let worker: Worker | undefined;
  let anna: SignedIn;
  let ben: SignedIn;
  let made = 0;

  before(async () => {
    broker = await startBrokerSystem();
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    anna = await broker.person('anna', 'engineer');
    ben = await broker.person('ben', 'engineer');
  });
  beforeEach(async () => {
    worker = await startWorker(broker.system);
  });
  afterEach(async () => {
    await worker?.stop();
  });
  after(async () => {
    await owner.end();
    await broker.stop();
  });

  async function credential(by: SignedIn, more: object = {}): Promise<string> {
    made += 1;
    const body = { name: `bulk ${made}`, service_type: 'other', fields: { value: `value ${made}` }, ...more };
    const { status, body: told } = await broker.call(by.token, 'POST', '/api/credentials', body);
    expect(status, JSON.stringify(told)).to.equal(201);
    return told.id;
  }
  const several = async (many: number, by = anna, more: object = {}) => {
    const ids: string[] = [];
    for (let n = 0; n < many; n += 1) ids.push(await credential(by, more));
    return ids;
  };
  const start = async (by: SignedIn, body: object, headers = {}) => {
    const { status, body: job } = await broker.call(by.token, 'POST', '/api/bulk', body, headers);
    expect(status, JSON.stringify(job)).to.equal(202);
    return job;
  };
  const look = async (by: SignedIn, id: string, query = '') =>
    (await broker.call(by.token, 'GET', `/api/bulk/${id}?limit=200${query}`)).body;
  const ended = (by: SignedIn, id: string) =>
    eventually('the job has ended', async () => {
      const job = await look(by, id);
      return job.state === 'running' ? undefined : job;
    });
  const run = async (by: SignedIn, body: object, headers = {}) => {
    const { id } = await start(by, body, headers);
    return ended(by, id);
  };
  const seen = async (id: string, by = anna) =>
    (await broker.call(by.token, 'GET', `/api/credentials/${id}`)).body;
  const rowsOf = async (action: string, id: string): Promise<Record<string, unknown>[]> => {
    const text = `select outcome, code, actor from broker.audit_events where action = $1 and credential_id = $2`;
    return (await owner.query(text, [action, id])).rows;
  };
  const brief = (items: { state: string; code: string | null }[]) => items.map((i) => [i.state, i.code]);

  it('sets and removes labels, keeps the others, and leaves what is so already', async () => {
    const [first = '', second = ''] = await several(2, anna, { labels: { env: 'lab', tier: 'a' } });
    const third = await credential(anna, { labels: { env: 'prod' } });
    const body = {
      act: 'label',
      labels: { env: 'prod' },
      remove_labels: ['tier'],
      ids: [first, second, third],
    };
    const job = await run(anna, body);
    expect(job).to.include({ state: 'done', total: 3, done: 2, skipped: 1, failed: 0, waiting: 0 });
    expect(brief(job.items)).to.deep.equal([
      ['done', null],
      ['done', null],
      ['skipped', 'unchanged'],
    ]);
    expect((await seen(first)).labels).to.deep.equal({ env: 'prod' });
    expect(await rowsOf('credential.update', first)).to.deep.equal([
      { outcome: 'allowed', code: null, actor: anna.principal },
    ]);
    expect(await rowsOf('credential.update', third)).to.deep.equal([]);
  });

  it('disables, enables, reminds, grants and deletes with one row of the audit for each', async () => {
    const [id = ''] = await several(1);
    const grant = { subject_kind: 'user', subject: ben.principal, level: 'read' };
    const acts = [
      [{ act: 'disable' }, 'credential.update', 1],
      [{ act: 'enable' }, 'credential.update', 2],
      [{ act: 'reminder', reminders: { expiry_days: [30, 7] } }, 'credential.update', 3],
      [{ act: 'grant', grant }, 'grant.change', 1],
      [{ act: 'delete' }, 'credential.delete', 1],
      [{ act: 'restore' }, 'credential.restore', 1],
      [{ act: 'delete' }, 'credential.delete', 2],
    ] as const;
    for (const [act, action, many] of acts) {
      const job = await run(anna, { ...act, ids: [id] });
      expect(brief(job.items), JSON.stringify(job)).to.deep.equal([['done', null]]);
      expect(await rowsOf(action, id)).to.have.length(many);
      const again = await run(anna, { ...act, ids: [id] });
      expect(brief(again.items), act.act).to.deep.equal([['skipped', 'unchanged']]);
      expect(await rowsOf(action, id)).to.have.length(many);
    }
    expect(await seen(id)).to.deep.include({ status: 'deleted', reminders: { expiry_days: [30, 7] } });
    const { grants } = (await broker.call(anna.token, 'GET', `/api/credentials/${id}/grants`)).body;
    expect(grants).to.have.length(1);
  });

  it('covers all that match a filter when it starts, and nothing that comes later', async () => {
    const ids = await several(3, anna, { labels: { wave: 'one' } });
    const filter = { label: ['wave=one'] };
    const counted = await broker.call(anna.token, 'POST', '/api/bulk/count', { filter });
    expect(counted.body).to.deep.equal({ total: 3 });
    await worker?.stop();
    const { id } = await start(anna, { act: 'disable', filter });
    const late = await credential(anna, { labels: { wave: 'one' } });
    worker = await startWorker(broker.system);
    const job = await ended(anna, id);
    expect(job).to.include({ total: 3, done: 3 });
    expect(job.items.map((i: { credential_id: string }) => i.credential_id)).to.have.members(ids);
    expect((await seen(late)).status).to.equal('active');
    const none = await broker.call(anna.token, 'POST', '/api/bulk', {
      act: 'disable',
      filter: { label: ['wave=none'] },
    });
    expect([none.status, none.body.code]).to.deep.equal([400, 'invalid_request']);
  });

  it('lets other jobs have their turn after 40 items', async () => {
    const ids = await several(45);
    const runs = async () => {
      const { rows } = await owner.query(
        `select coalesce(sum(runs), 0)::integer as n from broker.worker_tasks where task = 'bulk'`,
      );
      return rows[0].n;
    };
    const before = await runs();
    expect(await run(anna, { act: 'disable', ids })).to.include({ done: 45, total: 45 });
    await eventually('both runs are counted', async () => (await runs()) === before + 2 || undefined);
  });

  it('decides each item with the rights of the caller at that moment, and names nothing that is not theirs', async () => {
    const mine = await credential(ben);
    const shared = await credential(anna);
    const hidden = await credential(anna);
    const grants = [{ subject_kind: 'user', subject: ben.principal, level: 'read' }];
    await broker.call(anna.token, 'PUT', `/api/credentials/${shared}/grants`, { grants });
    const job = await run(ben, { act: 'delete', ids: [mine, shared, hidden, NOBODYS] });
    expect(brief(job.items)).to.deep.equal([
      ['done', null],
      ['failed', 'forbidden'],
      ['failed', 'not_found'],
      ['failed', 'not_found'],
    ]);
    const names = job.items.map((i: { name: string | null }) => i.name !== null);
    expect(names).to.deep.equal([true, true, false, false]);
    expect(await rowsOf('credential.delete', shared)).to.deep.equal([
      { outcome: 'denied', code: 'forbidden', actor: ben.principal },
    ]);
    for (const who of [anna, broker.admin])
      expect((await broker.call(who.token, 'GET', `/api/bulk/${job.id}`)).status).to.equal(404);
  });

  it('does nothing more once the caller has logged out, and a retry goes on', async () => {
    const carl = await broker.person('carl', 'engineer');
    const ids = await several(2, carl);
    await worker?.stop();
    const { id } = await start(carl, { act: 'disable', ids });
    await broker.call(carl.token, 'POST', '/api/auth/logout');
    worker = await startWorker(broker.system);
    const again = await broker.signIn('carl', 'long-enough-carl');
    expect(brief((await ended(again, id)).items)).to.deep.equal([
      ['failed', 'unauthenticated'],
      ['failed', 'unauthenticated'],
    ]);
    expect((await broker.call(again.token, 'POST', `/api/bulk/${id}/retry`)).body.state).to.equal('running');
    expect(await ended(again, id)).to.include({ done: 2, failed: 0 });
    const retried = await broker.call(again.token, 'POST', `/api/bulk/${id}/retry`);
    expect([retried.status, retried.body.code]).to.deep.equal([409, 'conflict']);
  });

  it('reports a failed test with its code and advice, and what has no test as skipped', async () => {
    const fields = {
      host: '127.0.0.1:1',
      token_name: 'lab',
      user: 'u@pve',
      token_value: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    };
    const tested = await credential(anna, { service_type: 'proxmox', fields });
    const untestable = await credential(anna);
    const job = await run(anna, { act: 'test', ids: [tested, untestable] });
    expect(job.items[0].state).to.equal('failed');
    expect(job.items[0].detail).to.match(/\w+\./);
    expect(brief(job.items)[1]).to.deep.equal(['skipped', 'no_test']);
    expect(await rowsOf('credential.tested', tested)).to.have.length(1);
    const failed = await look(anna, job.id, '&state=failed');
    expect(failed.items).to.have.length(1);
  });

  it('can be cancelled: what waits is skipped', async () => {
    const ids = await several(2);
    await worker?.stop();
    worker = undefined;
    const { id } = await start(anna, { act: 'delete', ids });
    const { body } = await broker.call(anna.token, 'POST', `/api/bulk/${id}/cancel`);
    expect(body).to.include({ state: 'cancelled', skipped: 2, waiting: 0 });
    worker = await startWorker(broker.system);
    await run(anna, { act: 'disable', ids: [ids[0]] });
    expect((await seen(ids[1] ?? '')).status).to.equal('active');
    expect(brief((await look(anna, id)).items)).to.deep.equal([
      ['skipped', 'cancelled'],
      ['skipped', 'cancelled'],
    ]);
  });

  it('starts once for an Idempotency-Key, and pages its items', async () => {
    const ids = await several(3);
    const headers = { 'idempotency-key': 'bulk-once' };
    const body = { act: 'disable', ids };
    const first = await start(anna, body, headers);
    const {
      status,
      headers: told,
      body: second,
    } = await broker.call(anna.token, 'POST', '/api/bulk', body, headers);
    expect([status, told.get('idempotent-replayed'), second.id]).to.deep.equal([202, 'true', first.id]);
    const other = await broker.call(anna.token, 'POST', '/api/bulk', { ...body, act: 'enable' }, headers);
    expect(other.body.code).to.equal('idempotency_key_reused');
    await ended(anna, first.id);
    const page = (await broker.call(anna.token, 'GET', `/api/bulk/${first.id}?limit=2`)).body;
    expect(page.items).to.have.length(2);
    const rest = await look(anna, first.id, `&cursor=${page.next_cursor}`);
    expect([rest.items.length, rest.next_cursor]).to.deep.equal([1, null]);
  });

  it('refuses what makes no sense', async () => {
    const ids = [NOBODYS];
    const bodies = [
      { act: 'delete' },
      { act: 'delete', ids, filter: {} },
      { act: 'delete', ids: [] },
      { act: 'delete', ids: Array.from({ length: 1001 }, () => NOBODYS) },
      { act: 'label', ids },
      { act: 'grant', ids },
      { act: 'reminder', ids },
      { act: 'rotate', ids },
    ];
    for (const body of bodies) {
      const { status } = await broker.call(anna.token, 'POST', '/api/bulk', body);
      expect(status, JSON.stringify(body)).to.equal(400);
    }
  });

  it('does no item twice when its worker is killed at any step', async () => {
    await worker?.stop();
    worker = undefined;
    const program = fileURLToPath(new URL('../../support/broker/killedWork.js', import.meta.url));
    const env = { PATH: process.env['PATH'], ...broker.env };
    const killed = (id: string, killAt: number) =>
      new Promise<string>((resolve) => {
        const work = JSON.stringify({ verb: 'bulk', id, killAt });
        execFile(process.execPath, [program, work], { env }, (error, stdout, stderr) =>
          resolve(error === null ? stdout : (error.signal ?? stderr)),
        );
      });
    const ids = await several(2);
    const whole = await start(anna, { act: 'disable', ids });
    const steps = Number(await killed(whole.id, 0));
    expect(steps).to.be.greaterThan(4);
    for (let at = 1; at <= steps; at += 1) {
      const body = { act: at % 2 === 1 ? 'enable' : 'disable', ids };
      const { id } = await start(anna, body);
      const before = (await rowsOf('credential.update', ids[0] ?? '')).length;
      expect(await killed(id, at)).to.equal('SIGKILL');
      await eventually('the killed one holds no lock', async () => {
        await runBulk(broker.system.ports, id, new AbortController().signal);
        return (await look(anna, id)).state === 'done' || undefined;
      });
      expect(brief((await look(anna, id)).items)).to.deep.equal([
        ['done', null],
        ['done', null],
      ]);
      expect((await rowsOf('credential.update', ids[0] ?? '')).length - before, `killed at ${at}`).to.equal(
        1,
      );
    }
  });

  it('goes with its items 30 days after its end, and stays while it runs', async () => {
    const [id = ''] = await several(1);
    const old = await run(anna, { act: 'disable', ids: [id] });
    await worker?.stop();
    worker = undefined;
    const open = await start(anna, { act: 'enable', ids: [id] });
    const { retention } = broker.system.ports;
    await owner.query(
      `update broker.bulk_jobs set started_at = now() - interval '99 days',
      ended_at = ended_at - interval '31 days' where id in ($1, $2)`,
      [old.id, open.id],
    );
    expect(await retention.forget('bulk_jobs', new Date(Date.now() - 30 * 86_400_000))).to.equal(1);
    const { rows } = await owner.query(
      'select distinct job_id from broker.bulk_items where job_id in ($1, $2)',
      [old.id, open.id],
    );
    expect(rows).to.deep.equal([{ job_id: open.id }]);
    await broker.call(anna.token, 'POST', `/api/bulk/${open.id}/cancel`);
  });

  it('does not repeat a test that was cut off', async () => {
    await worker?.stop();
    worker = undefined;
    const [id = ''] = await several(1);
    const job = await start(anna, { act: 'test', ids: [id] });
    await owner.query(`update broker.bulk_items set state = 'running' where job_id = $1`, [job.id]);
    await runBulk(broker.system.ports, job.id, new AbortController().signal);
    expect(brief((await look(anna, job.id)).items)).to.deep.equal([['failed', 'interrupted']]);
    expect(await rowsOf('credential.test', id)).to.have.length(0);
  });
});
