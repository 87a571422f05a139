import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import { cleanUp } from '../../../src/usecases/operations/cleanUp.js';
import { tasksOf, type WorkerParts } from '../../../src/worker/tasks.js';
import { eventually } from '../../support/eventually.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import {
  anEvent,
  anIntent,
  codeOf,
  freshRecords,
  recordsAt,
  store,
  type TestRecords,
} from '../postgres/postgresSupport.js';

const DAY = 86_400_000;
const TABLES = ['audit_events', 'credential_usage', 'test_runs'] as const;
const policy = { usageMonths: 13, testsMonths: 13, auditMonths: 24 };

describe('What is old enough goes', function () {
  this.timeout(60_000);
  let records: TestRecords;
  let db: Postgres;
  let now: Date;
  const log = rememberingLog();

  /** The beginning of a month so many before this one. */
  const month = (ago: number): Date => {
    const at = new Date();
    return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - ago, 1));
  };
  const nameOf = (at: Date) => at.toISOString().slice(0, 7).replace('-', '_');

  beforeEach(async () => {
    records = await freshRecords();
    for (let ago = 30; ago > 1; ago -= 1)
      for (const table of TABLES)
        await records.owner.query(
          `create table broker.${table}_${nameOf(month(ago))} partition of broker.${table}
           for values from ('${month(ago).toISOString()}') to ('${month(ago - 1).toISOString()}')`,
        );
    log.lines.length = 0;
    now = new Date();
    db = recordsAt(records.appUrl, { clock: { now: () => now }, log });
  });
  afterEach(async () => {
    await db.close();
    await records.close();
  });

  /** A read with its usage, as if it were then. */
  async function readAt(at: Date, actor: string): Promise<void> {
    now = at;
    const usage = {
      usedBy: actor,
      usedAt: at,
      reported: false,
      success: true,
      errorCode: null,
      purpose: null,
      caller: actor,
    };
    await db.auditLog.record([anEvent({ actor })], [{ ...usage, credentialId: randomUUID() }]);
  }
  const clean = (kept: typeof policy = policy, aheadMs = 0) => {
    now = new Date(Date.now() + aheadMs);
    const store = { metadata: async () => null };
    return cleanUp({ ...db, clock: { now: () => now }, log, store }, kept);
  };
  const monthsOf = async (table: string): Promise<string[]> => {
    const text = `select relname from pg_class where relkind = 'r' and relname ~ $1 order by 1`;
    const { rows } = await records.owner.query(text, [`^${table}_\\d`]);
    return rows.map((row) => row.relname.slice(-7));
  };
  const problems = async () => (await db.auditVerifier.verify()).problems.map(({ problem }) => problem);

  /** Two processes that wrote in old months, the second one until today, with a checkpoint each month. */
  async function oldRows(): Promise<void> {
    for (const ago of [29, 27]) {
      await readAt(new Date(month(ago).getTime() + DAY), `old:${ago}`);
      await db.auditVerifier.checkpoint();
    }
    await db.close();
    db = recordsAt(records.appUrl, { clock: { now: () => now }, log });
    for (const ago of [26, 25, 24, 14, 13, 3]) {
      await readAt(new Date(month(ago).getTime() + DAY), `later:${ago}`);
      await db.auditVerifier.checkpoint();
    }
    now = new Date();
    await db.auditVerifier.checkpoint();
  }

  it('by whole months, each table by its own policy, told in the audit trail', async () => {
    await oldRows();
    const counts = await clean();
    expect(counts).to.include({ credential_usage_months: 17, test_runs_months: 17, audit_events_months: 6 });
    expect((await monthsOf('credential_usage'))[0]).to.equal(nameOf(month(13)));
    expect((await monthsOf('audit_events'))[0]).to.equal(nameOf(month(24)));
    const used = await records.owner.query('select used_by from broker.credential_usage order by used_at');
    expect(used.rows.map((row) => row.used_by)).to.deep.equal(['later:13', 'later:3']);
    const { items } = await db.records.auditEvents(anAdmin, { action: 'retention.drop' }, { limit: 10 });
    expect(items.map(({ details }) => details['table'])).to.have.members([...TABLES]);
    expect(await clean()).to.include({ credential_usage_months: 0, audit_events_months: 0 });
  });

  it('for ever stays what 0 says', async () => {
    await oldRows();
    const counts = await clean({ usageMonths: 0, testsMonths: 0, auditMonths: 0 });
    expect(counts).to.include({ credential_usage_months: 0, test_runs_months: 0, audit_events_months: 0 });
    expect((await monthsOf('audit_events'))[0]).to.equal(nameOf(month(30)));
  });

  it('and the audit trail still proves itself, month after month', async () => {
    await oldRows();
    expect(await problems()).to.deep.equal([]);
    await clean();
    expect(await problems()).to.deep.equal([]);
    const { rows } = await records.owner.query(
      `select actor from broker.audit_events where action = 'credential.read' order by at`,
    );
    expect(rows.map(({ actor }) => actor)).to.deep.equal(['later:24', 'later:14', 'later:13', 'later:3']);
    await clean({ ...policy, auditMonths: 13 });
    expect(await problems()).to.deep.equal([]);
    await db.auditVerifier.checkpoint();
    expect(await problems()).to.deep.equal([]);
  });

  it('checkpoints go with the rows that they signed, and what remains of them is whole', async () => {
    await oldRows();
    const numbers = async (): Promise<number[]> => {
      const { rows } = await records.owner.query('select number from broker.audit_checkpoints order by 1');
      return rows.map(({ number }) => Number(number));
    };
    expect(await numbers()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    await clean();
    // Of the months from the 24th on, and the one that says what was dropped.
    expect(await numbers()).to.deep.equal([5, 6, 7, 8, 9]);
    await readAt(new Date(), 'today');
    await db.auditVerifier.checkpoint();
    await clean({ ...policy, auditMonths: 13 });
    expect(await numbers()).to.deep.equal([7, 8, 9, 10, 11]);
    expect(await problems()).to.deep.equal([]);
    await records.owner.query('delete from broker.audit_checkpoints where number = 7');
    expect((await problems()).map((text) => text.split(':')[0])).to.deep.equal(['deleted']);
  });

  it('but a row more that is gone behind the dropped ones shows', async () => {
    await oldRows();
    await clean();
    await records.owner.query(`delete from broker.audit_events where actor = 'later:24'`);
    expect((await problems()).map((text) => text.split(':')[0])).to.include.members(['deleted', 'truncated']);
  });

  it('and a month that somebody dropped by hand shows, and keeps the others from being dropped', async () => {
    await oldRows();
    await records.owner.query(`drop table broker.audit_events_${nameOf(month(29))}`);
    expect(await problems()).to.not.deep.equal([]);
    expect(await clean()).to.include({ credential_usage_months: 17, audit_events_months: 0 });
    expect(log.lines.map(({ event }) => event)).to.include('audit_kept');
    expect(await problems()).to.not.deep.equal([]);
  });

  it('nor does a statement of what was dropped count that is not signed', async () => {
    await oldRows();
    await clean();
    await records.owner.query(
      `update broker.audit_checkpoints set signature = 'none' where payload::jsonb ? 'dropped'`,
    );
    expect((await problems()).join())
      .to.contain('signature')
      .and.to.contain('deleted');
  });

  it('and the app role drops nothing else', async () => {
    const app = new pg.Pool({ connectionString: records.appUrl, max: 1 });
    const drop = (table: string, before: Date) =>
      codeOf(app.query('select broker.drop_partitions($1, $2)', [table, before]));
    expect(await drop('credential_usage', month(0))).to.equal('42501');
    expect(await drop('audit_events', month(11))).to.equal('42501');
    // Old enough, but no checkpoint says so.
    expect(await drop('audit_events', month(13))).to.equal('42501');
    expect(await drop('credentials', month(13))).to.equal('42501');
    expect(await drop('credential_usage; drop table broker.credentials', month(13))).to.equal('42501');
    for (const table of TABLES) {
      expect(await codeOf(app.query(`drop table broker.${table}_${nameOf(month(30))}`))).to.equal('42501');
      const detach = `alter table broker.${table} detach partition broker.${table}_${nameOf(month(30))}`;
      expect(await codeOf(app.query(detach))).to.equal('42501');
    }
    expect(await codeOf(app.query('select broker.drop_checkpoints($1)', [month(11)]))).to.equal('42501');
    const young = new Date(Date.now() - 399 * DAY);
    expect(await codeOf(app.query('select broker.forget_states($1)', [young]))).to.equal('42501');
    expect(await codeOf(app.query('delete from broker.credential_states'))).to.equal('42501');
    expect(await drop('credential_usage', month(1))).to.equal('none');
    expect(await monthsOf('credential_usage')).to.include(nameOf(month(1)));
    await app.end();
  });

  it('row by row, but nothing that is under way', async () => {
    const credential = aCredential();
    await store(db, credential);
    const [young, old] = [new Date(), new Date(Date.now() - 1000 * DAY)];
    // Events go by their numbers, so the old ones come first.
    for (const [at, word] of [
      [old, 'old'],
      [young, 'young'],
    ] as const) {
      const values = [at, word, credential.id];
      await records.owner.query(
        `with given as (select $1::timestamptz as at, $2::text as word, $3::uuid as credential),
         e as (insert into broker.events (at, credential_id, kind, details) select at, credential, word, '{}' from given),
         i as (insert into broker.write_intents select word, credential, 'update', 2, 'f', '{}', '{}', '{}', 'a', 'r',
           null, 'api', '{}', at, at, 'completed' from given),
         k as (insert into broker.idempotency_keys select word, 'k', 'f', null, 'done', at, null, at from given),
         s as (insert into broker.sessions select word, 'p', 'h', at, at, null from given),
         r as (insert into broker.refusal_counts select word, 'c', at, 1 from given),
         p as (insert into broker.reports (id, from_at, to_at, made_at, made_by, body, summary, members)
           select gen_random_uuid(), at - interval '1 day', at, at, word, '{}', '', '{}' from given),
         f as (insert into broker.vault_findings select gen_random_uuid(), 'missing', credential, null, 1, '{}', at, at,
           'recovered' from given)
         insert into broker.notifications (credential_id, kind, period, recipient, body, created_at, sent_at)
           select credential, 'unused', word, word, '{}', at, at from given`,
        values,
      );
    }
    await db.changes.run(async (tx) => {
      await tx.openIntent({ ...anIntent(credential.id), createdAt: old });
      tx.audit(anEvent());
    });
    await records.owner.query(
      `insert into broker.notification_channels values
         (gen_random_uuid(), 'c', 'webhook', 's', 't', 'info', '{}', '{}', now(), 'x');
       insert into broker.notifications (kind, period, recipient, body, created_at, sent_at)
         select 'report', word, word, '{}', now() - interval '1000 days', now() - interval '1000 days'
         from unnest(array['sent', 'waiting']) word;
       insert into broker.notification_deliveries (notification_id, channel_id, state, next_attempt_at, created_at, sent_at)
         select n.id, c.id, case n.period when 'sent' then 'sent' else 'pending' end, n.created_at, n.created_at,
           case n.period when 'sent' then n.sent_at end
         from broker.notifications n, broker.notification_channels c where n.kind = 'report'`,
    );
    await records.owner.query(
      `insert into broker.credential_states (credential_id, at, status, health, teams)
       select $1, $2, 'active', health, '{}' from unnest(array['ok', 'rejected', 'unchecked']) health`,
      [credential.id, old],
    );
    const counts = await clean();
    const states = `select health from broker.credential_states where at < now() - interval '400 days' order by id`;
    // How it stood, and the health that what comes next is compared with.
    expect((await records.owner.query(states)).rows.map(({ health }) => health)).to.deep.equal([
      'rejected',
      'unchecked',
    ]);
    for (const table of [
      'credential_states',
      'events',
      'write_intents',
      'idempotency_keys',
      'sessions',
      'refusal_counts',
      'reports',
    ])
      expect(counts[table], table).to.equal(1);
    expect(counts).to.include({ vault_findings: 1, notification_deliveries: 1, notifications: 2 });
    const left = `select recipient from broker.notifications order by 1`;
    expect((await records.owner.query(left)).rows.map((row) => row.recipient)).to.deep.equal([
      'waiting',
      'young',
    ]);
    expect(await db.records.openIntent(credential.id)).to.not.equal(null);
  });

  it('also by a process whose clock is ahead of that of Postgres', async () => {
    expect(await clean(policy, 60_000)).to.include({ credential_states: 0 });
  });

  it('by the worker, whose status and log say how much', async () => {
    const store = { metadata: async () => null };
    const parts = { ports: { ...db, log, store, clock: { now: () => new Date() } }, retention: policy };
    // The other tasks are not asked for here.
    const runner = await db.jobs.work(tasksOf(parts as unknown as WorkerParts));
    await db.jobs.enqueue({ task: 'clean_up' });
    const task = await eventually('the status of a run', async () => {
      const { tasks } = await db.jobs.status();
      return tasks.find((one) => one.task === 'clean_up');
    });
    await runner.stop();
    expect(task).to.include({ lastCode: 'ok' });
    expect(task.lastCounts).to.include({ events: 0, credential_usage_months: 17, audit_events_months: 6 });
    const lines = log.lines.filter(({ event }) => event === 'cleaned_up');
    expect(lines.map(({ fields }) => fields)).to.deep.equal([task.lastCounts]);
  });
});
