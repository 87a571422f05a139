import { expect } from 'chai';
import type { NoticePolicy } from '../../../src/domain/notices/dueNotices.js';
import { remind } from '../../../src/usecases/notices/remind.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { keepOutcome } from '../../support/worlds/testOutcome.js';
import { anEvent, freshRecords, quiet, store, type TestRecords } from '../postgres/postgresSupport.js';

const DAY = 86_400_000;
const policy: NoticePolicy = { expiryDays: [30, 14, 7, 1], unusedDays: 90 };

describe('Reminders', function () {
  this.timeout(60_000);
  let records: TestRecords;
  let now = new Date();
  beforeEach(async () => {
    records = await freshRecords();
    now = new Date();
  });
  afterEach(() => records.close());

  const look = () => remind({ ...records.db, log: quiet, clock: { now: () => now } }, policy);
  const later = (days: number) => {
    now = new Date(now.getTime() + days * DAY);
  };
  const outbox = async () =>
    (
      await records.owner.query(
        'select kind, period, recipient, body from broker.notifications order by created_at, kind',
      )
    ).rows as { kind: string; period: string; recipient: string; body: Record<string, unknown> }[];

  it('are put into the outbox once, with an audit row, whoever looks and how often', async () => {
    const ending = aCredential({ name: 'Lab', expiresAt: new Date(now.getTime() + 6 * DAY) });
    await store(records.db, ending, aCredential());
    const found = await Promise.all([look(), look(), look()]);
    expect(Math.max(...found)).to.equal(1);
    expect(await look()).to.equal(0);
    const [notice, ...more] = await outbox();
    expect(more).to.deep.equal([]);
    expect(notice).to.deep.include({ kind: 'expiring', recipient: 'glassdome:1' });
    expect(notice?.body).to.deep.include({ credential: 'Lab', severity: 'warning', days_left: 6 });
    const { items } = await records.db.records.auditEvents(
      anAdmin,
      { action: 'notice.create' },
      { limit: 10 },
    );
    expect(items[0]).to.deep.include({ credentialId: ending.id, actor: 'system' });
  });

  it('look at every credential, beyond one page too', async () => {
    const expiresAt = new Date(now.getTime() + DAY / 2);
    await store(records.db, ...Array.from({ length: 410 }, () => aCredential({ expiresAt })));
    expect(await look()).to.equal(410);
  });

  it('of health come with the test that changes it, and the look that follows adds nothing', async () => {
    const credential = aCredential();
    await store(records.db, credential);
    const testPace = { intervalMs: () => DAY, chance: () => 0.5, imported: true };
    const ports = { ...records.db, clock: { now: () => now }, testPace };
    const kinds = async () => (await outbox()).map(({ kind }) => kind);
    for (const code of ['ok', 'ok', 'expired', 'expired', 'ok', 'ok', 'expired', 'ok'] as const) {
      await keepOutcome(ports, credential.id, code);
      const before = await kinds();
      later(1);
      await look();
      expect(await kinds()).to.deep.equal(before);
    }
    expect(await kinds()).to.deep.equal([
      'health_rejected',
      'health_recovered',
      'health_rejected',
      'health_recovered',
    ]);
  });

  it('of a health that nobody could hear of come once it may be reported', async () => {
    const credential = aCredential({ reminders: { muted: true } });
    await store(records.db, credential);
    const testPace = { intervalMs: () => DAY, chance: () => 0.5, imported: true };
    await keepOutcome({ ...records.db, clock: { now: () => now }, testPace }, credential.id, 'expired');
    later(1);
    expect(await look()).to.equal(0);
    await records.db.changes.run(async (tx) => {
      await tx.updateCredential(credential.id, { reminders: null }, 'glassdome:1', now);
      tx.audit(anEvent({ action: 'credential.update', credentialId: credential.id }));
    });
    expect(await look()).to.equal(1);
    expect((await outbox()).map(({ kind }) => kind)).to.deep.equal(['health_rejected']);
  });

  it('tell of what nobody uses', async () => {
    const credential = aCredential({ lastTestedAt: now });
    await store(records.db, credential);
    later(89);
    expect(await look()).to.equal(0);
    later(2);
    expect(await look()).to.equal(1);
    expect((await outbox())[0]).to.deep.include({ kind: 'unused' });
  });
});
