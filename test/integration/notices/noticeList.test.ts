import { expect } from 'chai';
import type { NoticePolicy } from '../../../src/domain/notices/dueNotices.js';
import type { SignedIn } from '../../support/broker/brokerSystem.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { type NoticeWorld, startNoticeWorld } from '../../support/worlds/noticeWorld.js';
import { anEvent, store } from '../postgres/postgresSupport.js';

const DAY = 86_400_000;
const ALL = '/api/notifications';
const policy: NoticePolicy = { expiryDays: [30, 14, 7, 1], unusedDays: 3650 };

describe('what people were told', function () {
  this.timeout(60_000);
  let world: NoticeWorld;
  let anna: SignedIn;
  let ben: SignedIn;
  let signedInAt = 0;
  before(async () => {
    world = await startNoticeWorld();
    anna = await world.broker.person('anna', 'engineer');
    ben = await world.broker.person('ben', 'engineer');
    signedInAt = world.now().getTime();
  });
  after(() => world.stop());

  const later = (days: number) => world.setNow(new Date(world.now().getTime() + days * DAY));
  const inDays = (days: number) => new Date(world.now().getTime() + days * DAY);
  /** As one of the two, whose token ends by the clock that is told. */
  async function as(who: 'anna' | 'ben', method: string, path: string, body?: object) {
    if (world.now().getTime() - signedInAt > 500_000) {
      anna = await world.broker.signIn('anna', 'long-enough-anna');
      ben = await world.broker.signIn('ben', 'long-enough-ben');
      signedInAt = world.now().getTime();
    }
    return world.broker.call((who === 'anna' ? anna : ben).token, method, path, body);
  }
  const listed = async (
    who: 'anna' | 'ben',
    query = '',
  ): Promise<{ id: string; kind: string; text: string }[]> =>
    (await as(who, 'GET', `${ALL}?limit=200${query}`)).body.items;
  async function stored(change: Parameters<typeof aCredential>[0] = {}) {
    const at = world.now();
    const credential = aCredential({ owner: 'local:anna', lastTestedAt: at, createdAt: at, ...change });
    await store(world.ports as never, credential);
    return credential;
  }
  const setExpiry = (id: string, expiresAt: Date | null) =>
    world.ports.changes.run(async (tx) => {
      await tx.updateCredential(id, { expiresAt }, 'local:anna', world.now());
      tx.audit(anEvent({ action: 'credential.update', credentialId: id }));
    });

  it('is seen by whom it concerns, by who manages it, and by admins; also where no channel takes it', async () => {
    const hers = await stored({ expiresAt: inDays(6) });
    const his = await stored({ owner: 'local:ben', expiresAt: inDays(6) });
    const theirs = await stored({ owner: 'glassdome:1', expiresAt: inDays(6) });
    await world.look(policy);
    await world.tell();
    const seen = async (who: 'anna' | 'ben') =>
      (await as(who, 'GET', ALL)).body.items
        .filter((n: { kind: string }) => n.kind !== 'offer')
        .map((n: { credential_id: string }) => n.credential_id);
    expect(await seen('anna')).to.deep.equal([hers.id]);
    expect(await seen('ben')).to.deep.equal([his.id]);
    const admins = (await world.admin('GET', ALL)).body.items;
    expect(admins.map((n: { credential_id: string }) => n.credential_id)).to.have.members([
      hers.id,
      his.id,
      theirs.id,
    ]);
    for (const [level, count] of [
      ['read', 1],
      ['manage', 2],
    ] as const) {
      const grants = { grants: [{ subject_kind: 'user', subject: 'local:ben', level }] };
      await as('anna', 'PUT', `/api/credentials/${hers.id}/grants`, grants);
      expect(await seen('ben'), level).to.have.length(count);
    }
    const [notice] = await listed('anna');
    expect(notice).to.include({ kind: 'expiring', severity: 'warning', recipient: 'local:anna', open: true });
    expect(notice?.text).to.match(/expires on .* \(6 days left\)\.$/);
  });

  it('goes on page by page', async () => {
    await world.put(...Array.from({ length: 7 }, () => ({ recipient: 'local:anna', kind: 'unused' })));
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await as('anna', 'GET', `${ALL}?kind=unused&limit=3${cursor}`);
      ids.push(...body.items.map((n: { id: string }) => n.id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
    } while (cursor !== '');
    expect(ids).to.have.length(7);
    expect(new Set(ids).size).to.equal(7);
  });

  it('is open while it holds: not when it changed, and only the newest of one state', async () => {
    const { id } = await stored({ expiresAt: inDays(20) });
    const of = async (open: boolean) =>
      (await listed('anna', `&open=${open}`)).filter((n) => 'credential_id' in n && n.credential_id === id);
    await world.look(policy);
    later(8);
    await world.look(policy);
    expect((await of(true)).map(({ text }) => text.match(/\d+ days/)?.[0])).to.deep.equal(['12 days']);
    expect((await of(false)).map(({ text }) => text.match(/\d+ days/)?.[0])).to.deep.equal(['20 days']);
    await setExpiry(id, inDays(400));
    expect(await of(true)).to.deep.equal([]);
    await setExpiry(id, inDays(-1));
    await world.look(policy);
    expect((await of(true)).map(({ kind }) => kind)).to.deep.equal(['expired']);
  });

  it('is not told again once somebody acknowledged it, until it changes', async () => {
    const { id } = await stored({ expiresAt: inDays(20) });
    const kinds = async () =>
      (await listed('anna'))
        .filter((n) => 'credential_id' in n && n.credential_id === id)
        .map(({ kind }) => kind);
    await world.look(policy);
    const [first] = (await listed('anna')).filter((n) => 'credential_id' in n && n.credential_id === id);
    const { body } = await as('anna', 'POST', `${ALL}/${first?.id}/acknowledge`);
    expect(body).to.include({ open: false, acknowledged_by: 'local:anna' });
    for (let n = 0; n < 19; n += 1) {
      later(1);
      await world.look(policy);
    }
    expect(await kinds()).to.deep.equal(['expiring']);
    // Another kind is another matter, and so is another end.
    later(2);
    await world.look(policy);
    expect(await kinds()).to.deep.equal(['expired', 'expiring']);
    later(0.1);
    await setExpiry(id, inDays(5));
    await world.look(policy);
    expect(await kinds()).to.deep.equal(['expiring', 'expired', 'expiring']);
    const audit = await world.admin('GET', `/api/audit?credential_id=${id}&action=notice.acknowledge`);
    expect(audit.body.items[0]).to.include({ actor: 'local:anna', outcome: 'allowed' });
  });

  it('is told again when the moment has come until which it was put off, if it still holds', async () => {
    await world.addChannel({ kind: 'webhook', url: world.webhook.url, ca_pem: world.webhook.ca });
    const holds = await stored({ expiresAt: inDays(-1) });
    const mended = await stored({ expiresAt: inDays(-1) });
    const about = ({ id }: { id: string }) =>
      world.webhook.seen
        .flatMap(({ body }) => JSON.parse(body).notices)
        .filter((n) => n.credential_id === id)
        .map((n) => n.kind);
    world.webhook.seen.length = 0;
    await world.look(policy);
    // Put off before it was sent: it waits too.
    for (const { id } of [holds, mended]) {
      const notice = (await listed('anna')).find((n) => 'credential_id' in n && n.credential_id === id);
      const until = inDays(10).toISOString();
      const { body } = await as('anna', 'POST', `${ALL}/${notice?.id}/snooze`, { until });
      expect(body).to.include({ open: false, snoozed_until: until });
    }
    await setExpiry(mended.id, null);
    for (let n = 0; n < 9; n += 1) {
      await world.look(policy);
      await world.tell();
      later(1);
    }
    expect([about(holds), about(mended)]).to.deep.equal([[], []]);
    later(1.01);
    await world.look(policy);
    await world.tell();
    await world.look(policy);
    await world.tell();
    expect([about(holds), about(mended)]).to.deep.equal([['expired'], []]);
  });

  it('of what somebody did is acknowledged by whom it concerns only, and never put off', async () => {
    const deed = {
      kind: 'break_glass',
      recipient: 'local:anna',
      body: { credential: 'Lab', actor: 'local:admin', reason: 'why' },
    };
    await world.put(deed);
    const [notice] = await listed('anna', '&kind=break_glass');
    expect(notice).to.include({ open: true });
    const at = `${ALL}/${notice?.id}`;
    expect((await world.admin('POST', `${at}/acknowledge`)).status).to.equal(403);
    expect((await as('ben', 'POST', `${at}/acknowledge`)).status).to.equal(404);
    const until = inDays(1).toISOString();
    expect((await as('anna', 'POST', `${at}/snooze`, { until })).status).to.equal(409);
    expect((await as('anna', 'POST', `${at}/acknowledge`)).body).to.include({ open: false });
  });

  it('is put off to a moment that can be meant', async () => {
    const [notice] = await listed('anna', '&kind=unused');
    for (const until of [inDays(-1), inDays(400)]) {
      const body = { until: until.toISOString() };
      const answer = await as('anna', 'POST', `${ALL}/${notice?.id}/snooze`, body);
      expect(answer.body.fields[0].field).to.equal('until');
    }
  });

  it('of a grant that ends goes to the owner and to whoever holds it', async () => {
    const { id } = await stored({ owner: 'local:anna' });
    const robot = await world.admin('POST', '/api/service-accounts', { name: 'robot' });
    await world.admin('POST', '/api/teams', {
      name: 'blue',
      members: [{ principal: 'local:ben', lead: true }],
    });
    const grant = (kind: string, subject: string, days: number) => ({
      subjectKind: kind as 'user',
      subject,
      level: 'read' as const,
      expiresAt: inDays(days),
    });
    await world.ports.changes.run(async (tx) => {
      const grants = [
        grant('team', 'blue', 5),
        grant('service_account', `sa:${robot.body.client_id}`, 5),
        grant('user', 'local:ben', 30),
        grant('role', 'engineer', 0.5),
      ];
      await tx.replaceGrants(id, grants, 'local:anna', world.now());
      tx.audit(anEvent({ action: 'grant.change', credentialId: id }));
    });
    await world.look(policy);
    await world.look(policy);
    const { body } = await world.admin('GET', `${ALL}?kind=grant_ending&limit=200`);
    const told = body.items.map((n: { recipient: string; facts: { subject: string; days_left: number } }) => [
      n.facts.subject.slice(0, 8),
      n.facts.days_left,
      n.recipient,
    ]);
    expect(told).to.have.deep.members([
      ['blue', 5, 'local:anna'],
      ['blue', 5, 'local:ben'],
      [`sa:${robot.body.client_id}`.slice(0, 8), 5, 'local:anna'],
      [`sa:${robot.body.client_id}`.slice(0, 8), 5, 'local:admin'],
      ['engineer', 1, 'local:anna'],
    ]);
  });

  it('of what an import left in the environment names it, and ends when a later one brings it', async () => {
    const content = (host: string) => `${host}PROXMOX_TOKEN_VALUE=very-secret-value-1\nLOG_LEVEL=debug\n`;
    const body = { content: content(''), dry_run: false };
    const { body: report } = await as('ben', 'POST', '/api/imports/env', body);
    expect(report.still_in_environment).to.include('PROXMOX_TOKEN_VALUE');
    const left = async () => (await listed('ben', '&kind=env_leftovers')).map(({ text }) => text);
    await world.look(policy);
    expect(await left()).to.deep.equal([]);
    for (let n = 0; n < 40; n += 1) {
      later(1);
      await world.look(policy);
    }
    const told = await left();
    expect(told).to.have.length(4);
    expect(told[0])
      .to.include('PROXMOX_TOKEN_VALUE')
      .and.not.include('LOG_LEVEL')
      .and.not.include('very-secret');
    await as('ben', 'POST', '/api/imports/env', { content: 'LOG_LEVEL=debug\n', dry_run: false });
    expect(await world.ports.records.envLeftovers()).to.deep.equal([]);
  });

  it('of what the broker itself lives on goes to the admins', async () => {
    const ends = inDays(6);
    Object.assign(world.ports, {
      ownExpiries: { list: async () => [{ part: 'TLS certificate', endsAt: ends }] },
    });
    await world.look(policy);
    await world.look(policy);
    later(7);
    await world.look(policy);
    const { body } = await world.admin('GET', `${ALL}?kind=broker_ending`);
    const told = body.items.map((n: { severity: string; recipient: string; text: string }) => [
      n.severity,
      n.recipient,
      n.text.replace(/ on [\d-]+/, ''),
    ]);
    expect(told).to.deep.equal([
      ['critical', 'admins', 'The broker’s own TLS certificate expired.'],
      ['critical', 'admins', 'The broker’s own TLS certificate expires (6 days left).'],
    ]);
    expect(await listed('anna', '&kind=broker_ending')).to.deep.equal([]);
  });

  it('of a credential is what its people asked for', async () => {
    const reminders = { expiry_days: [3], unused_days: null };
    const made = await as('anna', 'POST', '/api/credentials', {
      name: 'with a wish',
      service_type: 'other',
      fields: { value: 'v' },
      expires_at: inDays(6).toISOString(),
      reminders,
    });
    expect(made.body.reminders).to.deep.equal(reminders);
    const kinds = async () =>
      (await listed('anna')).filter((n) => n.text.includes('with a wish')).map(({ kind }) => kind);
    await world.look(policy);
    expect(await kinds()).to.deep.equal([]);
    later(4);
    await world.look(policy);
    expect(await kinds()).to.deep.equal(['expiring']);
    const at = `/api/credentials/${made.body.id}`;
    const muted = await as('anna', 'PATCH', at, { reminders: { muted: true } });
    expect(muted.body.reminders).to.deep.equal({ muted: true });
    later(4);
    await world.look(policy);
    expect(await kinds()).to.deep.equal(['expiring']);
    expect((await as('anna', 'PATCH', at, { reminders: null })).body.reminders).to.equal(null);
    await world.look(policy);
    expect(await kinds()).to.deep.equal(['expired', 'expiring']);
  });
});
