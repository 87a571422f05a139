import { expect } from 'chai';
import pg from 'pg';
import { queryOn } from '../../../src/adapters/postgres/core/pools.js';
import { rollUpUsage } from '../../../src/adapters/postgres/credentials/usageRollUp.js';
import type { Caller } from '../../../src/domain/access/caller.js';
import type { Grant } from '../../../src/domain/access/grant.js';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import type { ListFilter } from '../../../src/ports/credentials.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anEvent, freshRecords, store, type TestRecords, user } from './postgresSupport.js';

describe('A list shows what reaches the caller', () => {
  let records: TestRecords;
  const admin = user('glassdome:9', 'admin');
  const anna = user('glassdome:1');
  const hour = 3_600_000;
  const at = (hoursAgo: number) => new Date(Date.UTC(2026, 0, 1) - hoursAgo * hour);

  beforeEach(async () => {
    records = await freshRecords();
  });
  afterEach(() => records.close());

  const share = (
    credential: Credential,
    ...grants: (Pick<Grant, 'subjectKind' | 'subject'> & Partial<Grant>)[]
  ) =>
    records.db.changes.run(async (tx) => {
      const full = grants.map((grant) => ({ level: 'read' as const, expiresAt: null, ...grant }));
      await tx.replaceGrants(credential.id, full, 'glassdome:2', new Date());
      tx.audit(anEvent({ action: 'grant.change' }));
    });
  const team = (name: string, ...members: string[]) =>
    records.db.changes.run(async (tx) => {
      await tx.insertTeam({ name, description: '', createdAt: new Date(), createdBy: 'glassdome:2' });
      const all = members.map((principal) => ({ principal, lead: false }));
      await tx.replaceMembers(name, all, 'glassdome:2', new Date());
      tx.audit(anEvent({ action: 'team.create' }));
    });
  const ids = async (filter: ListFilter, caller: Caller = admin, limit = 50) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.db.records.list(caller, filter, { limit, ...(cursor && { cursor }) });
      seen.push(...page.items.map((item) => item.credential.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return seen;
  };
  const used = (credential: Credential, usedAt: Date) =>
    records.db.auditLog.record(
      [],
      [
        {
          credentialId: credential.id,
          usedBy: 'x',
          usedAt,
          reported: false,
          success: true,
          errorCode: null,
          purpose: null,
          caller: 'x',
        },
      ],
    );
  const rollUp = async () => {
    const pool = new pg.Pool({ connectionString: records.appUrl, max: 1 });
    const log = rememberingLog();
    await rollUpUsage(queryOn(pool), log);
    await pool.end();
    expect(log.lines).to.deep.equal([]);
  };

  it('once and newest first, by whichever ways, page by page', async () => {
    const all = Array.from({ length: 12 }, (_, i) =>
      aCredential({ owner: i % 4 === 0 ? 'glassdome:1' : 'glassdome:2', createdAt: at(i) }),
    );
    await store(records.db, ...all);
    await team('team-red', 'glassdome:1');
    await team('team-blue', 'glassdome:3');
    const ways: Record<number, Parameters<typeof share>[1][]> = {
      0: [{ subjectKind: 'team', subject: 'team-red' }],
      1: [
        { subjectKind: 'user', subject: 'glassdome:1' },
        { subjectKind: 'role', subject: 'engineer' },
      ],
      2: [{ subjectKind: 'team', subject: 'team-red' }],
      3: [{ subjectKind: 'team', subject: 'team-blue' }],
      5: [{ subjectKind: 'role', subject: 'observer' }],
      6: [{ subjectKind: 'role', subject: 'architect' }],
      7: [{ subjectKind: 'user', subject: 'glassdome:1', expiresAt: new Date(0) }],
      9: [{ subjectKind: 'service_account', subject: 'glassdome:1' }],
    };
    for (const [index, grants] of Object.entries(ways))
      await share(all[Number(index)] as Credential, ...grants);
    const at1 = (...indexes: number[]) => indexes.map((i) => all[i]?.id);
    for (const limit of [1, 2, 50]) expect(await ids({}, anna, limit)).to.deep.equal(at1(0, 1, 2, 4, 5, 8));
    expect(await ids({ team: 'team-red' }, anna)).to.deep.equal(at1(0, 2));
    expect(await ids({ team: 'team-blue' }, anna)).to.deep.equal([]);
    for (const limit of [1, 50])
      expect(await ids({ team: 'team-red' }, admin, limit)).to.deep.equal(at1(0, 2));
    expect(await ids({}, { ...user('sa:1'), kind: 'service_account' })).to.deep.equal([]);
  });

  it('and finds one or two letters as well as words', async () => {
    const wanted = aCredential({ name: 'Zq one' });
    await store(records.db, wanted, aCredential({ name: 'other' }));
    for (const q of ['ZQ', 'q', 'zq o', 'zq one']) expect(await ids({ q })).to.deep.equal([wanted.id]);
    expect(await ids({ q: 'qz' })).to.deep.equal([]);
    expect(await ids({ q: '%' })).to.deep.equal([]);
  });

  it('and what was not used since a time, before and after the roll-up, whether few are left or many', async () => {
    const never = aCredential({ createdAt: at(1) });
    const lately = aCredential({ createdAt: at(2) });
    const before = aCredential({ createdAt: at(3) });
    await store(records.db, never, lately, before);
    const now = Date.now();
    await used(lately, new Date(now - hour));
    await used(before, new Date(now - 3 * hour));
    const unused = (hours: number, limit?: number) =>
      ids({ unusedSince: new Date(now - hours * hour) }, admin, limit);
    const expected = async () => {
      expect(await unused(2)).to.deep.equal([never.id, before.id]);
      expect(await unused(2, 1)).to.deep.equal([never.id, before.id]);
      expect(await unused(4)).to.deep.equal([never.id]);
      expect(await ids({ unusedSince: new Date(now - 2 * hour) }, anna)).to.deep.equal([never.id, before.id]);
    };
    await expected();
    await rollUp();
    await expected();
    const { rows } = await records.owner.query(
      'select count(*)::integer as n from broker.credential_last_use where last_used_at > $1',
      [new Date(now - 4 * hour)],
    );
    expect(rows[0].n).to.equal(2);
    await records.owner.query(MANY_DELETED);
    await expected();
  });
});

/** So many that were never used that the other plan is taken; deleted, so that none of them shows. */
const MANY_DELETED = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, status, health, created_at, created_by,
    updated_at, updated_by)
  select gen_random_uuid(), 'x', 'other', 'x', n::text, 'deleted', 'ok', now(), 'x', now(), 'x'
  from generate_series(1, 1600) n`;
