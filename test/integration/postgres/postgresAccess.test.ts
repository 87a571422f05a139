import { expect } from 'chai';
import type { Caller } from '../../../src/domain/access/caller.js';
import type { GivenGrant } from '../../../src/ports/sharing.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anEvent, freshRecords, store, type TestRecords, user } from './postgresSupport.js';

describe('Postgres tells how a caller stands to a credential', () => {
  let records: TestRecords;
  const credential = aCredential({ owner: 'glassdome:1', envNames: { PROXMOX_HOST: 'host' } });
  const account: Caller = { ...user('sa:robot'), kind: 'service_account' };

  before(async () => {
    records = await freshRecords();
    await store(records.db, credential);
  });
  after(() => records.close());

  const share = (...grants: (Partial<GivenGrant> & Pick<GivenGrant, 'subjectKind' | 'subject'>)[]) =>
    records.db.changes.run(async (tx) => {
      const full = grants.map((grant) => ({ level: 'read' as const, expiresAt: null, ...grant }));
      await tx.replaceGrants(credential.id, full, 'glassdome:1', new Date());
      tx.audit(anEvent({ action: 'grant.change', credentialId: credential.id }));
    });
  const access = (caller: Caller) => records.db.records.access(caller, credential.id);

  it('the owner owns, a stranger has nothing, and the row is the same that was stored', async () => {
    await share();
    expect(await access(user('glassdome:1'))).to.deep.include({
      callerActive: true,
      isOwner: true,
      level: null,
    });
    const stranger = await access(user('glassdome:2'));
    expect(stranger).to.deep.include({ callerActive: true, isOwner: false, level: null });
    expect(stranger.credential).to.deep.equal(credential);
  });

  it('an unknown id, and a text that is no id, have no credential', async () => {
    for (const id of ['2b1f0f6e-0000-4000-8000-000000000000', "x' or true --"]) {
      const answer = await records.db.records.access(user('glassdome:1'), id);
      expect(answer).to.deep.equal({ callerActive: true, isOwner: false, level: null, credential: null });
    }
  });

  it('the highest unexpired grant counts', async () => {
    await records.db.changes.run(async (tx) => {
      const by = 'glassdome:1';
      await tx.insertTeam({ name: 'team-red', description: '', createdAt: new Date(), createdBy: by });
      await tx.replaceMembers('team-red', [{ principal: 'glassdome:2', lead: false }], by, new Date());
      tx.audit(anEvent({ action: 'team.create' }));
    });
    await share(
      { subjectKind: 'user', subject: 'glassdome:2', level: 'manage', expiresAt: new Date(0) },
      { subjectKind: 'team', subject: 'team-red', level: 'read' },
      { subjectKind: 'role', subject: 'engineer', level: 'use' },
    );
    expect((await access(user('glassdome:2'))).level).to.equal('read');
    expect((await access(user('glassdome:3'))).level).to.equal('use');
    expect((await access(user('glassdome:3', 'architect'))).level).to.equal('use');
    expect((await access(user('glassdome:3', 'observer'))).level).to.equal(null);
  });

  it('a grant to a role reaches no service account', async () => {
    await share({ subjectKind: 'role', subject: 'observer' });
    expect((await access(account)).level).to.equal(null);
    await share({ subjectKind: 'service_account', subject: 'sa:robot' });
    expect((await access(account)).level).to.equal('read');
  });

  it('a user grant does not reach a service account of the same text', async () => {
    await share({ subjectKind: 'user', subject: 'sa:robot' });
    expect((await access(account)).level).to.equal(null);
  });

  it('local users and service accounts need a live row, other issuers only no disabled one', async () => {
    const { db } = records;
    const local = user('local:anna');
    const active = async (caller: Caller) => {
      const both = [(await access(caller)).callerActive, await db.records.callerActive(caller)];
      expect(new Set(both).size).to.equal(1);
      return both[0];
    };
    expect([await active(local), await active(account), await active(user('glassdome:9'))]).to.deep.equal([
      false,
      false,
      true,
    ]);
    const at = { createdAt: new Date(), createdBy: 'system' };
    await db.changes.run(async (tx) => {
      await tx.insertPerson({
        ...at,
        principal: 'local:anna',
        name: null,
        email: null,
        username: 'anna',
        role: 'engineer',
        disabled: false,
        mustChangePassword: false,
        lastLoginAt: null,
      });
      await tx.insertServiceAccount({
        ...at,
        id: 'robot',
        name: 'robot',
        description: '',
        role: 'engineer',
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
        secretId: null,
        disabled: false,
        secretHmac: 'hmac',
      });
      tx.audit(anEvent({ action: 'user.create' }));
    });
    expect([await active(local), await active(account)]).to.deep.equal([true, true]);
    await db.changes.run(async (tx) => {
      await tx.updatePerson('local:anna', { disabled: true });
      await tx.updateServiceAccount('robot', { expiresAt: new Date(Date.now() - 1) });
      tx.audit(anEvent({ action: 'user.change' }));
    });
    expect([await active(local), await active(account)]).to.deep.equal([false, false]);
  });

  it('answers many who ask at once each for himself', async () => {
    await share(
      { subjectKind: 'role', subject: 'architect', level: 'use' },
      { subjectKind: 'user', subject: 'glassdome:5' },
    );
    const unknown = '2b1f0f6e-0000-4000-8000-000000000000';
    const askers = Array.from({ length: 40 }, (_, i) => i).flatMap((i) => [
      { caller: user('glassdome:1'), id: credential.id, level: null, isOwner: true },
      { caller: user('glassdome:5'), id: credential.id, level: 'read', isOwner: false },
      { caller: user(`glassdome:${100 + i}`, 'architect'), id: credential.id, level: 'use', isOwner: false },
      { caller: user('local:nobody', 'architect'), id: credential.id, level: 'use', isOwner: false },
      { caller: user('glassdome:6'), id: unknown, level: null, isOwner: false },
    ]);
    const answers = await Promise.all(askers.map(({ caller, id }) => records.db.records.access(caller, id)));
    for (const [index, { caller, id, level, isOwner }] of askers.entries()) {
      const callerActive = caller.principal !== 'local:nobody';
      const found = id === unknown ? null : credential;
      expect(answers[index]).to.deep.equal({ callerActive, isOwner, level, credential: found });
    }
  });

  it('candidates are what the caller owns or is granted, own ones first', async () => {
    await share({ subjectKind: 'role', subject: 'engineer', level: 'use', confirmed: true });
    const own = aCredential({ owner: 'glassdome:2', envNames: { PROXMOX_HOST: 'host' } });
    const hidden = aCredential({ owner: 'glassdome:3', envNames: { PROXMOX_HOST: 'host' } });
    const gone = aCredential({ owner: 'glassdome:2', envNames: { PROXMOX_HOST: 'host' }, status: 'deleted' });
    await store(records.db, own, hidden, gone);
    const asked = await records.db.records.candidates(user('glassdome:2'), { envNames: ['PROXMOX_HOST'] });
    expect(asked.callerActive).to.equal(true);
    expect(
      asked.candidates.map((each) => [each.credential.id, each.isOwner, each.level, each.grants.length]),
    ).to.deep.equal([
      [own.id, true, null, 0],
      [credential.id, false, 'use', 1],
    ]);
    expect(
      (await records.db.records.candidates(user('local:nobody'), { names: ['x'] })).callerActive,
    ).to.equal(false);
  });
});
