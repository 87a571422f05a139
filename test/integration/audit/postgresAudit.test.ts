import { createHash } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import {
  anEvent,
  chainKeys,
  codeOf,
  freshRecords,
  recordsAt,
  signer,
  store,
  type TestRecords,
} from '../postgres/postgresSupport.js';

describe('Postgres makes the audit row durable before a read is answered', () => {
  let records: TestRecords;
  before(async () => {
    records = await freshRecords({ maxQueue: 50 });
  });
  after(() => records.close());

  it('fails only the request whose row is bad', async () => {
    const { auditLog } = records.db;
    const codes = await Promise.all([
      codeOf(auditLog.record([anEvent({ actor: 'good:1' })])),
      codeOf(auditLog.record([anEvent({ actor: 'bad:1', version: 2 ** 40 })])),
      codeOf(auditLog.record([anEvent({ actor: 'good:2' }), anEvent({ actor: 'good:3' })])),
    ]);
    expect(codes).to.deep.equal(['none', 'invalid_request', 'none']);
    const { rows } = await records.owner.query(
      `select actor from broker.audit_events where action = 'credential.read' order by actor`,
    );
    expect(rows.map((row) => row.actor)).to.deep.equal(['good:1', 'good:2', 'good:3']);
    expect((await records.db.auditVerifier.verify()).problems).to.deep.equal([]);
  });

  it('turns reads away when too many rows wait, and drops none', async () => {
    const { auditLog } = records.db;
    const codes = await Promise.all(
      Array.from({ length: 60 }, () => codeOf(auditLog.record([anEvent({ actor: 'flood:1' })]))),
    );
    expect(codes.filter((code) => code === 'none')).to.have.length(50);
    expect(codes.filter((code) => code === 'audit_overloaded')).to.have.length(10);
    expect(auditLog.depth()).to.equal(0);
    const { rows } = await records.owner.query(
      `select count(*)::integer as n from broker.audit_events where actor = 'flood:1'`,
    );
    expect(rows[0].n).to.equal(50);
  });

  it('lets a flood of refusals push out no read, and counts those for which there is no room', async () => {
    const flooded = await freshRecords({ maxQueue: 50, maxRefusals: 20 });
    const { auditLog } = flooded.db;
    const refusal = { actor: 'ended:1', outcome: 'denied', code: 'unauthenticated', ip: '10.7.7.7' } as const;
    const codes = await Promise.all([
      ...Array.from({ length: 90 }, () => codeOf(auditLog.record([anEvent(refusal)]))),
      ...Array.from({ length: 30 }, () => codeOf(auditLog.record([anEvent({ actor: 'good:9' })]))),
      // The queue is full by now, of good reads too.
      codeOf(auditLog.record([anEvent(refusal)])),
      codeOf(auditLog.record([anEvent({ actor: 'good:10' })])),
    ]);
    expect(codes.slice(0, -1).filter((code) => code !== 'none')).to.deep.equal([]);
    expect(codes.at(-1)).to.equal('audit_overloaded');
    await auditLog.record([anEvent(refusal)]);
    await auditLog.flush();
    const { rows } = await flooded.owner.query(
      `select (select count(*) from broker.audit_events where actor = 'ended:1')::integer as refused,
         (select count(*) from broker.audit_events where actor = 'good:9')::integer as good,
         (select sum(count) from broker.refusal_counts where ip = '10.7.7.7')::integer as counted`,
    );
    expect(rows[0]).to.deep.equal({ refused: 21, good: 30, counted: 71 });
    await flooded.close();
  });

  it('opens a chain that names the old head when nobody knows whether a flush took place', async () => {
    const { db, owner } = records;
    await db.auditLog.record([anEvent()]);
    const blocker = await owner.connect();
    try {
      await blocker.query('begin; lock table broker.audit_events in access exclusive mode');
      const waiting = codeOf(db.auditLog.record([anEvent({ actor: 'lost:1' })]));
      let killed = 0;
      while (killed === 0) {
        const { rows } = await owner.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = 'broker-audit' and wait_event_type = 'Lock'`,
        );
        killed = rows.length;
      }
      expect(await waiting).to.equal('records_unavailable');
    } finally {
      await blocker.query('rollback');
      blocker.release();
    }
    await db.auditLog.record([anEvent()]);
    const { rows } = await owner.query(
      `select count(*)::integer as n from broker.audit_events where seq = 0 and details ? 'previous_chain'`,
    );
    expect(rows[0].n).to.equal(1);
    expect(await db.auditVerifier.verify()).to.deep.include({ ok: true, problems: [] });
  });

  it('counts refusals by address and minute', async () => {
    for (let i = 0; i < 7; i += 1) records.db.auditLog.countRefusal('10.9.9.9', 'unauthenticated');
    await records.db.auditLog.flush();
    const { rows } = await records.owner.query(
      `select sum(count)::integer as n from broker.refusal_counts where ip = '10.9.9.9'`,
    );
    expect(rows[0].n).to.equal(7);
  });

  it('gives the app role no way to change or remove an audit row', async () => {
    const app = new pg.Pool({ connectionString: records.appUrl, max: 1 });
    const { rows } = await app.query(
      `select relname from pg_class where relname like 'audit_events_20%' and relkind = 'r' limit 1`,
    );
    const tables = ['audit_events', 'audit_checkpoints', rows[0].relname];
    for (const table of tables) {
      expect(await codeOf(app.query(`delete from broker.${table}`))).to.equal('42501');
      expect(await codeOf(app.query(`truncate broker.${table}`))).to.equal('42501');
      expect(await codeOf(app.query(`update broker.${table} set at = now()`))).to.equal('42501');
    }
    expect(await codeOf(app.query('drop table broker.audit_events'))).to.equal('42501');
    await app.end();
  });
});

describe('Postgres proves that nobody touched the audit', () => {
  let records: TestRecords;
  beforeEach(async () => {
    records = await freshRecords();
    const { db } = records;
    for (let i = 0; i < 5; i += 1) await db.auditLog.record([anEvent({ actor: `reader:${i}` })]);
    await store(db, aCredential());
    await db.auditVerifier.checkpoint();
    await db.auditLog.record([anEvent({ actor: 'reader:5' })]);
    await db.auditVerifier.checkpoint();
  });
  afterEach(() => records.close());

  const problemsAfter = async (sql: string) => {
    await records.owner.query(sql);
    const proof = await records.db.auditVerifier.verify();
    expect(proof.ok).to.equal(proof.problems.length === 0);
    return proof.problems.map((each) => each.problem.split(/[: ]/)[0]);
  };
  /** A row and a checkpoint that signs it. */
  const signMore = async (db: Postgres) => {
    await db.auditLog.record([anEvent({ actor: 'reader:more' })]);
    await db.auditVerifier.checkpoint();
  };
  const inReads = `chain like 'reads-%' and seq`;

  it('finds nothing in an untouched one', async () => {
    expect(await records.db.auditVerifier.verify()).to.deep.include({
      ok: true,
      chains: 2,
      rows: 9,
      checkpoints: 2,
      problems: [],
    });
  });
  it('names its last checkpoint as the log did, so that a cut of rows and checkpoints shows outside', async () => {
    const log = rememberingLog();
    const db = recordsAt(records.appUrl, { log });
    await signMore(db);
    await db.close();
    const logged = log.lines.filter((line) => line.event === 'audit.checkpoint').map((line) => line.fields);
    expect(logged).to.have.length(1);
    expect(logged[0]).to.deep.equal((await records.db.auditVerifier.verify()).lastCheckpoint);
    expect(logged[0]).to.have.property('number', 3);
    expect(await problemsAfter('delete from broker.audit_checkpoints where number = 3')).to.deep.equal([]);
    expect((await records.db.auditVerifier.verify()).lastCheckpoint).to.have.property('number', 2);
    await records.db.auditLog.record([anEvent({ actor: 'reader:6' })]);
    await records.db.auditVerifier.checkpoint();
    const again = (await records.db.auditVerifier.verify()).lastCheckpoint;
    expect(again).to.have.property('number', 3);
    expect(again?.sha256).to.not.equal(logged[0]?.['sha256']);
  });
  it('signs nothing where nothing moved, and tells of the newest checkpoint all the same', async () => {
    const log = rememberingLog();
    const db = recordsAt(records.appUrl, { log });
    for (let n = 0; n < 3; n += 1) await db.auditVerifier.checkpoint();
    await signMore(db);
    await db.auditVerifier.checkpoint();
    await db.close();
    const lines = log.lines.filter(({ event }) => event === 'audit.checkpoint');
    expect(lines.map(({ fields }) => fields?.['number'])).to.deep.equal([2, 2, 2, 3, 3]);
    const proof = await records.db.auditVerifier.verify();
    expect(proof).to.deep.include({ ok: true, checkpoints: 3 });
    expect(lines.at(-1)?.fields).to.deep.equal(proof.lastCheckpoint);
  });
  it('does not sign a chain that was rewritten', async () => {
    await records.owner.query(
      `update broker.audit_events set hash = repeat('a', 64)
       where ${inReads} = (select max(seq) from broker.audit_events where chain like 'reads-%')`,
    );
    const signed = await records.db.auditVerifier.checkpoint();
    expect(signed.problems.map(({ problem }) => problem.split(' ')[0])).to.deep.equal(['truncated']);
    const { problems, checkpoints } = await records.db.auditVerifier.verify();
    expect(checkpoints).to.equal(2);
    expect(problems.map(({ problem }) => problem.split(':')[0])).to.deep.equal([
      'edited',
      'forged',
      'rewritten',
    ]);
  });
  it('is asked for by several at once, but reads all of it once, and never for who came too late', async () => {
    let asked = 0;
    const blocker = await records.owner.connect();
    const db = recordsAt(records.appUrl, {
      checkpointSigner: {
        ...signer,
        verify(signed) {
          asked += 1;
          return signer.verify(signed);
        },
      },
      keys: {
        ...chainKeys,
        async known(chains) {
          // The last that is asked for before the snapshot.
          if (asked === 1)
            await blocker.query('begin; lock table broker.audit_events in access exclusive mode');
          return chainKeys.known(chains);
        },
      },
    });
    const early = [db.auditVerifier.verify(), db.auditVerifier.verify()];
    await eventually('a proof that has its snapshot', async () => {
      const { rows } = await records.owner.query(
        `select 1 from pg_stat_activity where datname = current_database() and application_name = 'broker-proof'
           and wait_event_type = 'Lock'`,
      );
      return rows[0];
    });
    const late = [db.auditVerifier.verify(), db.auditVerifier.verify()];
    await blocker.query(`update broker.audit_events set actor = 'x' where ${inReads} = 2`);
    await blocker.query('commit');
    blocker.release();
    expect((await Promise.all(early)).map(({ ok }) => ok)).to.deep.equal([true, true]);
    expect((await Promise.all(late)).map(({ ok }) => ok)).to.deep.equal([false, false]);
    expect(asked).to.equal(2);
    await db.close();
  });
  it('ends with its process, and so does a report, however long they would take', async () => {
    const db = recordsAt(records.appUrl);
    const blocker = await records.owner.connect();
    await blocker.query('begin; lock table broker.audit_events, broker.test_runs in access exclusive mode');
    const to = new Date();
    const ends = [
      codeOf(db.auditVerifier.verify()),
      codeOf(db.reports.source(null, { from: new Date(to.getTime() - 86_400_000), to })),
    ];
    await eventually('both to wait', async () => {
      const { rows } = await records.owner.query(
        `select 1 from pg_stat_activity where datname = current_database()
           and application_name in ('broker-proof', 'broker-slow') and wait_event_type = 'Lock'`,
      );
      return rows[1];
    });
    await db.close();
    expect(await Promise.all(ends)).to.deep.equal(['records_unavailable', 'records_unavailable']);
    await blocker.query('rollback');
    blocker.release();
  });
  describe('with some thousand checkpoints', () => {
    const MANY = 3_000;
    let asked: number[];
    let meanwhile: () => Promise<void>;
    let db: Postgres;
    beforeEach(async () => {
      const { rows } = await records.owner.query(
        'select payload from broker.audit_checkpoints where number = 2',
      );
      let { payload } = rows[0] as { payload: string };
      const { heads } = JSON.parse(payload);
      const made: { number: number; payload: string; signature: string }[] = [];
      for (let number = 3; number <= MANY; number += 1) {
        const previous = createHash('sha256').update(payload).digest('hex');
        payload = JSON.stringify({ number, at: new Date().toISOString(), previous, heads });
        made.push({ number, payload, signature: await signer.sign(payload) });
      }
      await records.owner.query(
        `insert into broker.audit_checkpoints (number, at, payload, signature)
         select number, (payload::jsonb ->> 'at')::timestamptz, payload, signature from jsonb_to_recordset($1) made (number integer, payload text, signature text)`,
        [JSON.stringify(made)],
      );
      asked = [];
      meanwhile = async () => undefined;
      db = recordsAt(records.appUrl, {
        checkpointSigner: {
          ...signer,
          async verify(signed) {
            asked.push(signed.length);
            await meanwhile();
            return signer.verify(signed);
          },
        },
      });
    });
    afterEach(() => db.close());

    it('asks for their signatures in few requests, and never while a transaction waits', async () => {
      meanwhile = async () => {
        const { rows } = await records.owner.query(
          `select application_name from pg_stat_activity
           where datname = current_database() and state like 'idle in transaction%'`,
        );
        expect(rows).to.deep.equal([]);
        // Others work on: the connection for checkpoints is not that of the proof.
        if (asked.length === 1) await signMore(db);
      };
      const proof = await db.auditVerifier.verify();
      expect(proof).to.deep.include({ ok: true, checkpoints: MANY + 1, problems: [] });
      expect(asked.length).to.be.within(3, 6);
      // And once for the checkpoint before the new one.
      expect(asked.reduce((sum, n) => sum + n, 0)).to.equal(MANY + 2);
    });

    it('looks at one that came while it asked, and does not take its word unasked', async () => {
      meanwhile = async () => {
        // Behind the last page, so that the snapshot is the first to see it.
        if (asked.length === 4) await signMore(db);
      };
      const proof = await db.auditVerifier.verify();
      expect(proof).to.deep.include({ ok: true, checkpoints: MANY + 1 });
      expect(asked.at(-1)).to.equal(1);
    });
  });
  it('finds rows whose time was moved by less than a hash covers', async () => {
    const later = `update broker.audit_events set at = at + interval '1 microsecond'`;
    expect(await problemsAfter(later)).to.deep.equal(Array.from({ length: 9 }, () => 'edited'));
  });
  it('finds an edit', async () => {
    expect(await problemsAfter(`update broker.audit_events set actor = 'x' where ${inReads} = 2`)).to.include(
      'edited',
    );
  });
  it('finds a deleted row', async () => {
    expect(await problemsAfter(`delete from broker.audit_events where ${inReads} = 2`)).to.include('deleted');
  });
  it('finds a deleted beginning', async () => {
    expect(await problemsAfter(`delete from broker.audit_events where ${inReads} < 2`)).to.include('deleted');
  });
  it('finds an inserted row', async () => {
    const columns = `action, outcome, actor, actor_kind, request_id, ip, credential_id, version, code, used_by, purpose,
      break_glass, break_glass_reason, details, prev_hash, hash`;
    const insert = `insert into broker.audit_events (chain, seq, at, ${columns})
      select chain, seq, at + interval '1 ms', ${columns} from broker.audit_events where ${inReads} = 2`;
    expect(await problemsAfter(insert)).to.include('duplicate');
  });
  it('finds two rows that changed places', async () => {
    // By way of a free number: two rows of one batch have the same time, and (chain, seq, at) is unique.
    const move = (from: number, to: number) =>
      `update broker.audit_events set seq = ${to} where ${inReads} = ${from}`;
    const swap = [move(2, 99), move(3, 2), move(99, 3)].join('; ');
    expect(await problemsAfter(swap)).to.include('reordered');
  });
  it('finds a cut end, since a signed checkpoint names it', async () => {
    expect(await problemsAfter(`delete from broker.audit_events where ${inReads} > 4`)).to.include(
      'truncated',
    );
  });
  it('finds a chain that is gone altogether', async () => {
    expect(await problemsAfter(`delete from broker.audit_events where chain like 'changes-%'`)).to.include(
      'truncated',
    );
  });
  it('finds a checkpoint that was changed or taken away', async () => {
    expect(await problemsAfter('delete from broker.audit_checkpoints where number = 1')).to.include(
      'deleted',
    );
    expect(await problemsAfter(`update broker.audit_checkpoints set payload = payload || ' '`)).to.include(
      'the',
    );
  });
});
