import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { codeOf, freshRecords, store, type TestRecords, user } from './postgresSupport.js';

const MORE_THAN_CONNECTIONS = 30;
const WAITING = `
  select count(*)::integer as n from pg_stat_activity
  where datname = current_database() and application_name like 'broker-%' and wait_event_type = 'Lock'`;

describe('Postgres keeps connections for secret reads while all lists wait', () => {
  let records: TestRecords;
  const anna = user('glassdome:1');
  const credential = aCredential({ owner: anna.principal });

  before(async () => {
    records = await freshRecords();
    await store(records.db, credential);
  });
  after(() => records.close());

  it('and for readiness', async () => {
    const { db, owner } = records;
    const holder = await owner.connect();
    try {
      await holder.query('begin; lock table broker.notifications in access exclusive mode');
      const lists = Array.from({ length: MORE_THAN_CONNECTIONS }, () =>
        codeOf(db.records.notices(anna, {}, { limit: 5 })),
      );
      await eventually('five lists that wait', async () =>
        (await owner.query(WAITING)).rows[0].n >= 5 ? true : undefined,
      );
      expect((await db.records.access(anna, credential.id)).isOwner).to.equal(true);
      expect((await db.records.candidates(anna, { ids: [credential.id] })).candidates).to.have.lengthOf(1);
      expect(await db.records.callerActive(anna)).to.equal(true);
      expect(await db.recordsStatus.health()).to.equal('ok');
      await holder.query('rollback');
      expect((await Promise.all(lists)).slice(0, 5)).to.deep.equal(Array(5).fill('none'));
    } finally {
      holder.release(true);
    }
  });
});
