import { expect } from 'chai';
import type { ListFilter } from '../../../src/ports/credentials.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anEvent, codeOf, freshRecords, store, type TestRecords, user } from './postgresSupport.js';

describe('Postgres lists credentials by key', () => {
  let records: TestRecords;
  beforeEach(async () => {
    records = await freshRecords();
  });
  afterEach(() => records.close());

  it('shows each once, newest first, while others are added', async () => {
    const { db } = records;
    const same = new Date('2026-01-01T00:00:00.007Z');
    const old = Array.from({ length: 11 }, () => aCredential({ createdAt: same }));
    await store(db, ...old);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await db.records.list(user('glassdome:1'), {}, { limit: 3, ...(cursor && { cursor }) });
      seen.push(...page.items.map((item) => item.credential.id));
      cursor = page.nextCursor;
      await store(db, aCredential());
    } while (cursor !== undefined);
    expect(seen).to.deep.equal(
      old
        .map((each) => each.id)
        .sort()
        .reverse(),
    );
  });

  it('refuses a cursor that is not ours', async () => {
    for (const cursor of ['x', 'WzFd', Buffer.from('["2026-01-01"]').toString('base64url')]) {
      const listing = records.db.records.list(user('glassdome:1'), {}, { limit: 3, cursor });
      expect(await codeOf(listing)).to.equal('invalid_request');
    }
  });

  it('shows what the caller may see, an admin all, and filters', async () => {
    const { db } = records;
    const used = aCredential({ name: 'Lab 100%', labels: { environment: 'prod', default: 'true' } });
    const soon = aCredential({ owner: 'glassdome:2', expiresAt: new Date('2026-02-01T00:00:00Z') });
    const gone = aCredential({ status: 'deleted', settings: { host: 'DOMAIN\\old' } });
    await store(db, used, soon, gone);
    const usage = {
      credentialId: used.id,
      usedBy: 'agent',
      reported: false,
      success: true,
      errorCode: null,
      purpose: null,
    };
    const usedAt = new Date();
    await db.auditLog.record([anEvent()], [{ ...usage, usedAt, caller: 'glassdome:1' }]);
    const ids = async (filter: ListFilter, caller = user('glassdome:9', 'admin')) =>
      (await db.records.list(caller, filter, { limit: 50 })).items.map((item) => item.credential.id);
    expect(await ids({})).to.have.members([used.id, soon.id]);
    expect(await ids({}, user('glassdome:2'))).to.deep.equal([soon.id]);
    expect(await ids({ status: 'deleted' })).to.deep.equal([gone.id]);
    expect(await ids({ labels: { environment: 'prod' } })).to.deep.equal([used.id]);
    expect(await ids({ expiringBefore: new Date('2026-03-01T00:00:00Z') })).to.deep.equal([soon.id]);
    expect(await ids({ unusedSince: new Date(Date.now() - 1_000_000) })).to.deep.equal([soon.id]);
    expect(await ids({ q: 'LAB 100%' })).to.deep.equal([used.id]);
    expect(await ids({ q: '100_' })).to.deep.equal([]);
    expect(await ids({ q: 'domain\\', status: 'deleted' })).to.deep.equal([gone.id]);
    expect(await ids({ name: 'Lab 100%' })).to.deep.equal([used.id]);
    for (const other of ['lab 100%', 'Lab 100', 'Lab 1000', 'Lab%'])
      expect(await ids({ name: other }), other).to.be.empty;
    const [listed] = (await db.records.list(user('glassdome:1'), {}, { limit: 1 })).items;
    expect(listed?.lastUsedAt).to.deep.equal(usedAt);
    expect((await db.records.usage(used.id, { limit: 5 })).items).to.deep.equal([
      { ...usage, usedAt, caller: 'glassdome:1' },
    ]);
    const odd = aCredential({ name: 'ΟΔΟΣ İß_\\' });
    const short = aCredential({ name: 'Q' });
    await store(db, odd, short);
    for (const { id, name } of [odd, short]) expect(await ids({ name }), name).to.deep.equal([id]);
  });
});
