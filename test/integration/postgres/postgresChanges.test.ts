import { expect } from 'chai';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { anEvent, anIntent, codeOf, freshRecords, store, type TestRecords, user } from './postgresSupport.js';

describe('Postgres keeps a change and its audit row together', () => {
  let records: TestRecords;
  before(async () => {
    records = await freshRecords();
  });
  after(() => records.close());

  const eventsOf = async (credentialId: string) =>
    (await records.db.records.auditEvents(anAdmin, { credentialId }, { limit: 50 })).items.map(
      (row) => row.action,
    );

  it('commits both', async () => {
    const credential = aCredential();
    await store(records.db, credential);
    expect(await eventsOf(credential.id)).to.deep.equal(['credential.create']);
  });

  it('rolls both back when the work fails', async () => {
    const credential = aCredential();
    const failing = records.db.changes.run(async (tx) => {
      await tx.insertCredential(credential);
      tx.audit(anEvent({ credentialId: credential.id }));
      throw new Error('no');
    });
    expect(await codeOf(failing)).to.equal('Error: no');
    expect(await eventsOf(credential.id)).to.deep.equal([]);
    expect((await records.db.records.access(user('glassdome:1'), credential.id)).credential).to.equal(null);
  });

  it('rolls the change back when its audit row can not be stored', async () => {
    const credential = aCredential();
    const failing = records.db.changes.run(async (tx) => {
      await tx.insertCredential(credential);
      tx.audit(anEvent({ credentialId: credential.id, version: 2 ** 40 }));
    });
    expect(await codeOf(failing)).to.equal('invalid_request');
    expect((await records.db.records.access(user('glassdome:1'), credential.id)).credential).to.equal(null);
  });

  it('does not claim a commit when a failed statement was caught', async () => {
    const credential = aCredential();
    await store(records.db, credential);
    const failing = records.db.changes.run(async (tx) => {
      await tx.insertCredential(aCredential({ id: credential.id })).catch(() => undefined);
      tx.audit(anEvent({ credentialId: credential.id }));
    });
    expect(await codeOf(failing)).to.not.equal('none');
    expect(await eventsOf(credential.id)).to.deep.equal(['credential.create']);
  });

  it('refuses a change that brings no audit event', async () => {
    const credential = aCredential();
    const silent = records.db.changes.run((tx) => tx.insertCredential(credential));
    expect(await codeOf(silent)).to.equal('internal_error');
    expect((await records.db.records.access(user('glassdome:1'), credential.id)).credential).to.equal(null);
  });

  it('refuses a name that the owner has already, until that one is deleted', async () => {
    const first = aCredential({ name: 'lab' });
    await store(records.db, first);
    expect(await codeOf(store(records.db, aCredential({ name: 'lab' })))).to.equal('name_taken');
    expect(await codeOf(store(records.db, aCredential({ name: 'lab', owner: 'glassdome:2' })))).to.equal(
      'none',
    );
    await records.db.changes.run(async (tx) => {
      const changed = await tx.updateCredential(first.id, { status: 'deleted' }, 'glassdome:1', new Date());
      expect(changed.revision).to.equal(2);
      tx.audit(anEvent({ action: 'credential.delete' }));
    });
    expect(await codeOf(store(records.db, aCredential({ name: 'lab' })))).to.equal('none');
    const restore = records.db.changes.run((tx) =>
      tx.updateCredential(first.id, { status: 'active' }, 'glassdome:1', new Date()),
    );
    expect(await codeOf(restore)).to.equal('name_taken');
  });

  it('lets one write of a credential be open at a time, and gives it back as it was', async () => {
    const { db } = records;
    const credential = aCredential();
    await store(db, credential);
    const intent = anIntent(credential.id);
    const open = (one: typeof intent) =>
      db.changes.run(async (tx) => {
        await tx.openIntent(one);
        tx.audit(anEvent({ action: 'credential.update_requested' }));
      });
    await open(intent);
    expect(await db.records.openIntent(credential.id)).to.deep.equal(intent);
    expect(await codeOf(open(anIntent(credential.id)))).to.equal('conflict');
    await db.changes.run(async (tx) => {
      await tx.closeIntent(intent.id, 'abandoned', new Date());
      tx.audit(anEvent({ action: 'credential.update_abandoned' }));
    });
    expect(await codeOf(open(anIntent(credential.id)))).to.equal('none');
  });

  it('gives an idempotency key to one, and to the next only after its lock ran out', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000);
    const record = { actor: 'glassdome:1', key: 'k', requestFingerprint: 'f', credentialId: null };
    const claim = (lockedUntil: Date, now: Date) =>
      records.db.idempotencyKeys.claim({ ...record, lockedUntil }, now);
    expect(await claim(at(60), at(0))).to.equal(null);
    expect(await claim(at(60), at(1))).to.deep.include({ resumed: false, state: 'in_progress' });
    expect(await claim(at(120), at(61))).to.deep.include({ resumed: true });
    await records.db.changes.run((tx) => {
      tx.audit(anEvent({ action: 'credential.create' }));
      return tx.finishIdempotency('glassdome:1', 'k', { status: 201, body: { id: 'x' } });
    });
    expect((await claim(at(300), at(200)))?.response).to.deep.equal({ status: 201, body: { id: 'x' } });
    expect(await claim(at(90_000), at(86_461)), 'a day later').to.equal(null);
  });

  it('gives an idempotency key that many claim at once to one of them', async () => {
    const now = new Date();
    const lockedUntil = new Date(now.getTime() + 30_000);
    const record = { actor: 'glassdome:1', key: 'many', requestFingerprint: 'f', credentialId: null };
    const claims = Array.from({ length: 10 }, () =>
      records.db.idempotencyKeys.claim({ ...record, lockedUntil }, now),
    );
    const before = await Promise.all(claims);
    expect(before.filter((one) => one === null)).to.have.length(1);
    expect(before.filter((one) => one?.resumed === false)).to.have.length(9);
  });

  it('commits many changes at once into one chain without holes', async () => {
    await Promise.all(Array.from({ length: 40 }, () => store(records.db, aCredential())));
    expect(await records.db.auditVerifier.verify()).to.deep.include({ ok: true, problems: [] });
  });

  it('migrates again without change, and two at once', async () => {
    const { ownerUrl, appRole } = records;
    const both = await Promise.all([migrate({ ownerUrl, appRole }), migrate({ ownerUrl, appRole })]);
    expect(both).to.deep.equal([[], []]);
    expect(await records.db.recordsStatus.health()).to.equal('ok');
  });
});
