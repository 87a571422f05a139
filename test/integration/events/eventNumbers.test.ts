import { expect } from 'chai';
import type pg from 'pg';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anEvent, freshRecords, store, type TestRecords } from '../postgres/postgresSupport.js';

/** How events of one transaction are numbered while it commits, which holds up the commits of all others. */
describe('The numbers of events', function () {
  this.timeout(60_000);
  let records: TestRecords;
  let client: pg.PoolClient;
  const credential = aCredential({ status: 'active' });
  const query = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;
  const put = (...words: string[]) =>
    query(
      `insert into broker.events (credential_id, kind, details)
       select $1, 'credential.changed', jsonb_build_object('n', word) from unnest($2::text[]) word`,
      [credential.id, words],
    );
  const told = () => query(`select number::int, details ->> 'n' as n from broker.events order by id`);
  /** How often this transaction has raised the counter. */
  const raised = async () => {
    const text = `select n_tup_upd::int as n from pg_stat_xact_user_tables where relname = 'event_counter'`;
    return (await query(text))[0].n;
  };

  beforeEach(async () => {
    records = await freshRecords();
    await store(records.db, credential);
    client = await records.owner.connect();
  });
  afterEach(async () => {
    client.release();
    await records.close();
  });

  it('are given at once, however many grants a team has that somebody joins', async () => {
    await query(`insert into broker.teams (name, description, created_at, created_by)
                 select 'red-' || n, '', now(), 'local:anna' from generate_series(1, 300) n`);
    await records.db.changes.run(async (tx) => {
      tx.audit(anEvent({ action: 'grant.change' }));
      const team = { subjectKind: 'team', level: 'read', expiresAt: null } as const;
      const grants = Array.from({ length: 300 }, (_, n) => ({ ...team, subject: `red-${n + 1}` }));
      await tx.replaceGrants(credential.id, grants, 'local:anna', new Date());
    });
    await query('begin');
    await query(`insert into broker.team_members (team, principal, lead, added_by, added_at)
                 select name, 'local:ben', false, 'local:anna', now() from broker.teams`);
    await query('set constraints all immediate');
    expect(await raised()).to.equal(1);
    await query('commit');
    const numbers = (await told()).map(({ number }) => number);
    expect(numbers).to.deep.equal(Array.from({ length: 600 }, (_, n) => n + 1));
  });

  it('follow the order of what happened, without a gap, also when they are given more than once', async () => {
    await query('begin');
    await put('a', 'b');
    await query('savepoint tried');
    await put('not to be');
    await query('rollback to tried');
    await put('c');
    await query('set constraints all immediate');
    await query('set constraints all deferred');
    await put('d', 'e');
    await query('commit');
    await query('begin');
    await put('not to be, either');
    await query('rollback');
    await put('f');
    const expected = ['a', 'b', 'c', 'd', 'e', 'f'].map((n, place) => ({ number: place + 1, n }));
    expect(await told()).to.deep.equal(expected);
    expect(await query('select last::int from broker.event_counter')).to.deep.equal([{ last: 6 }]);
  });
});
