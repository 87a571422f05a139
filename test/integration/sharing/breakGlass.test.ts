import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

/** Ways by which an admin could come to read what is not his: each wants a reason, and each tells the owner. */
describe('an admin who opens a value of somebody else to himself', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let rows: pg.Client;
  const because = { 'x-break-glass-reason': 'incident 12' };

  before(async () => {
    broker = await startBrokerSystem();
    anna = await broker.person('anna', 'architect');
    rows = new pg.Client({ connectionString: broker.database.ownerUrl });
    await rows.connect();
  });
  after(async () => {
    await rows.end();
    await broker.stop();
  });

  const as = (who: SignedIn, method: string, path: string, body?: unknown, headers = {}) =>
    broker.call(who.token, method, path, body, headers);

  async function credential(name: string, grants: object[] = []): Promise<string> {
    const body = { name, service_type: 'other', fields: { value: `value of ${name}` } };
    const { id } = (await as(anna, 'POST', '/api/credentials', body)).body;
    if (grants.length > 0) await as(anna, 'PUT', `/api/credentials/${id}/grants`, { grants });
    return id;
  }

  async function noticesOf(id: string): Promise<string[]> {
    const text = `select recipient, body from broker.notifications where credential_id = $1 and kind = 'break_glass'`;
    const found = await rows.query(text, [id]);
    return found.rows.map((row) => `${row.recipient}: ${row.body.actor} because of ${row.body.reason}`);
  }

  /** Refused without a reason and audited so; done with one, audited as such, and the owner told. */
  async function wantsReason(
    act: (headers: object) => Promise<{ status: number; body: unknown }>,
    ids: string[],
    owner = 'local:anna',
  ) {
    const before = await Promise.all(ids.map(noticesOf));
    const refused = await act({});
    expect([refused.status, (refused.body as { code: string }).code]).to.deep.equal([403, 'reason_required']);
    const [denied] = (await as(broker.admin, 'GET', '/api/audit?outcome=denied&limit=1')).body.items;
    expect(denied).to.include({ code: 'reason_required', actor: 'local:admin' });
    expect(await Promise.all(ids.map(noticesOf))).to.deep.equal(before);
    expect((await act(because)).status).to.be.oneOf([200, 201]);
    const { items } = (await as(broker.admin, 'GET', '/api/audit?outcome=allowed&limit=1')).body;
    expect(items[0]).to.include({ break_glass: true, break_glass_reason: 'incident 12' });
    for (const [n, id] of ids.entries()) {
      const told = [...(before[n] ?? []), `${owner}: local:admin because of incident 12`];
      expect(await noticesOf(id)).to.deep.equal(told);
    }
  }

  it('reads it by itself: each time the owner is told, also when the request id is sent again', async () => {
    const id = await credential('read');
    await wantsReason(
      (headers) => as(broker.admin, 'GET', `/api/credentials/${id}/secret`, undefined, headers),
      [id],
    );
    const again = { ...because, 'x-request-id': 'the-same-one' };
    for (const _ of [1, 2]) await as(broker.admin, 'GET', `/api/credentials/${id}/secret`, undefined, again);
    expect(await noticesOf(id)).to.have.length(3);
  });

  it('grants it to a role, to an account of his, or to a team that he or his account is in', async () => {
    const robot = await broker.account(broker.admin.token, 'his');
    await as(anna, 'POST', '/api/teams', { name: 'with-admin', members: [{ principal: 'local:admin' }] });
    await as(anna, 'POST', '/api/teams', { name: 'with-robot', members: [{ principal: robot.principal }] });
    const subjects = [
      { subject_kind: 'role', subject: 'engineer' },
      { subject_kind: 'service_account', subject: robot.id },
      { subject_kind: 'team', subject: 'with-admin' },
      { subject_kind: 'team', subject: 'with-robot' },
    ];
    for (const [n, subject] of subjects.entries()) {
      const id = await credential(`granted ${n}`);
      const grants = [{ ...subject, level: 'read' }];
      const act = (headers: object) =>
        as(broker.admin, 'PUT', `/api/credentials/${id}/grants`, { grants }, headers);
      await wantsReason(act, [id]);
    }
  });

  it('grants it to a person whom he made, since he knew the first password', async () => {
    await broker.person('sock', 'engineer');
    const id = await credential('for a sock puppet');
    const grants = [{ subject_kind: 'user', subject: 'local:sock', level: 'manage' }];
    const act = (headers: object) =>
      as(broker.admin, 'PUT', `/api/credentials/${id}/grants`, { grants }, headers);
    await wantsReason(act, [id]);
  });

  it('resets the password of somebody who owns or may read something', async () => {
    const eve = await broker.person('eve', 'engineer');
    const body = { name: 'of eve', service_type: 'openai', fields: { api_key: 'k' }, env_names: {} };
    const { id } = (await as(eve, 'POST', '/api/credentials', body)).body;
    const act = (headers: object) =>
      as(broker.admin, 'POST', '/api/users/eve/reset-password', undefined, headers);
    await wantsReason(act, [id], 'local:eve');
  });

  it('grants it to anybody, for longer, or at a higher level', async () => {
    const to = (subject: string, level: string, expires_at: string | null = null) => ({
      subject_kind: 'user',
      subject,
      level,
      expires_at,
    });
    const steps: [object[], object[]][] = [
      [[], [to('glassdome:7', 'read')]],
      [[to('glassdome:7', 'use')], [to('glassdome:7', 'read')]],
      [[to('glassdome:7', 'read')], [to('glassdome:7', 'manage')]],
      [
        [to('glassdome:7', 'read', '2099-01-01T00:00:00Z')],
        [to('glassdome:7', 'read', '2099-01-02T00:00:00Z')],
      ],
      [[to('glassdome:7', 'read', '2099-01-01T00:00:00Z')], [to('glassdome:7', 'read')]],
      [[to('glassdome:7', 'read')], [to('glassdome:8', 'read')]],
    ];
    for (const [n, [before, grants]] of steps.entries()) {
      const id = await credential(`widened ${n}`, before);
      const act = (headers: object) =>
        as(broker.admin, 'PUT', `/api/credentials/${id}/grants`, { grants }, headers);
      await wantsReason(act, [id]);
      expect((await act({})).status, 'the same once more').to.equal(200);
    }
  });

  it('shares what is theirs, or what they manage by a grant, without a reason', async () => {
    const own = { name: 'of the admin', service_type: 'other', fields: { value: 'v' } };
    const { id: mine } = (await as(broker.admin, 'POST', '/api/credentials', own)).body;
    const managed = await credential('managed by the admin', [
      { subject_kind: 'user', subject: 'local:admin', level: 'manage' },
    ]);
    const kept = { subject_kind: 'user', subject: 'local:admin', level: 'manage' };
    const added = { subject_kind: 'user', subject: 'glassdome:7', level: 'read' };
    for (const [id, grants] of [
      [mine, [added]],
      [managed, [kept, added]],
    ])
      expect((await as(broker.admin, 'PUT', `/api/credentials/${id}/grants`, { grants })).status).to.equal(
        200,
      );
  });

  it('restores what its owner deleted while it was shared', async () => {
    const id = await credential('deleted', [{ subject_kind: 'user', subject: 'glassdome:7', level: 'read' }]);
    const alone = await credential('deleted alone');
    for (const one of [id, alone]) await as(anna, 'DELETE', `/api/credentials/${one}`);
    expect((await as(broker.admin, 'POST', `/api/credentials/${alone}/restore`)).status).to.equal(200);
    await wantsReason(
      (headers) => as(broker.admin, 'POST', `/api/credentials/${id}/restore`, undefined, headers),
      [id],
    );
  });

  it('enables what its owner disabled while it was shared, alone or with new values', async () => {
    const shared = [{ subject_kind: 'user', subject: 'glassdome:7', level: 'read' }];
    const [id, alone, used] = [
      await credential('disabled', shared),
      await credential('disabled alone'),
      await credential('disabled, to use', [{ ...shared[0], level: 'use' }]),
    ];
    const set = (one: string, body: object, headers = {}, who = broker.admin) =>
      as(who, 'PATCH', `/api/credentials/${one}`, body, headers);
    for (const one of [id, alone, used]) await set(one, { disabled: true }, {}, anna);
    for (const one of [alone, used]) expect((await set(one, { disabled: false })).status).to.equal(200);
    const both = { disabled: false, fields: { value: 'of the admin' } };
    expect((await set(id, both)).body.code).to.equal('reason_required');
    expect((await set(id, both, because)).body.code).to.equal('invalid_request');
    await wantsReason((headers) => set(id, { disabled: false, description: 'on' }, headers), [id]);
    expect((await set(id, { disabled: false })).status, 'enabled already').to.equal(200);
    for (const disabled of [true, false])
      expect((await set(id, { disabled }, {}, anna)).status).to.equal(200);
  });

  it('activates another version than the one that was shared', async () => {
    const id = await credential('versions', [
      { subject_kind: 'user', subject: 'glassdome:7', level: 'read' },
    ]);
    const alone = await credential('versions alone');
    for (const one of [id, alone])
      await as(anna, 'POST', `/api/credentials/${one}/rotate`, { fields: { value: 'newer' } });
    const activate = (one: string, version: number, headers = {}, who = broker.admin) =>
      as(who, 'POST', `/api/credentials/${one}/versions/${version}/activate`, {}, headers);
    expect((await activate(alone, 1)).status).to.equal(200);
    await wantsReason((headers) => activate(id, 1, headers), [id]);
    expect((await activate(id, 1)).status, 'active already').to.equal(200);
    expect((await activate(id, 2, {}, anna)).status).to.equal(200);
  });

  it('enables somebody who reads what others own, or makes one of an observer', async () => {
    await broker.person('fred', 'engineer');
    const id = await credential('for fred', [{ subject_kind: 'user', subject: 'local:fred', level: 'read' }]);
    const change = (body: object) => (headers: object) =>
      as(broker.admin, 'PATCH', '/api/users/fred', body, headers);
    expect((await change({ disabled: true })({})).status).to.equal(200);
    await wantsReason(change({ disabled: false }), [id]);
    expect((await change({ role: 'observer' })({})).status).to.equal(200);
    await wantsReason(change({ role: 'engineer' }), [id]);
    const other = await credential('for glassdome 70', [
      { subject_kind: 'user', subject: 'glassdome:70', level: 'read' },
    ]);
    const patch = (disabled: boolean) => (headers: object) =>
      as(broker.admin, 'PATCH', '/api/principals/glassdome:70', { disabled }, headers);
    expect((await patch(true)({})).status).to.equal(200);
    await wantsReason(patch(false), [other]);
    expect((await patch(false)({})).status, 'not disabled').to.equal(200);
  });

  it('resets the password of a person whose service account may read it', async () => {
    const gil = await broker.person('gil', 'engineer');
    const robot = await broker.account(gil.token, 'of-gil');
    const id = await credential('for the robot of gil', [
      { subject_kind: 'service_account', subject: robot.id, level: 'read' },
    ]);
    await wantsReason(
      (headers) => as(broker.admin, 'POST', '/api/users/gil/reset-password', undefined, headers),
      [id],
    );
  });

  it('lets somebody else join a team that may read it', async () => {
    await as(anna, 'POST', '/api/teams', { name: 'of-others' });
    const id = await credential('of the team', [
      { subject_kind: 'team', subject: 'of-others', level: 'read' },
    ]);
    await broker.person('hugo', 'engineer');
    await wantsReason(
      (headers) =>
        as(broker.admin, 'POST', '/api/teams/of-others/members', { principal: 'local:hugo' }, headers),
      [id],
    );
    const joins = { principal: 'glassdome:8' };
    expect((await as(anna, 'POST', '/api/teams/of-others/members', joins)).status, 'its lead').to.equal(200);
  });

  it('grants less than reading without a reason and without a notice', async () => {
    const id = await credential('for others');
    const robot = await broker.account(broker.admin.token, 'less');
    const grants = [
      { subject_kind: 'user', subject: 'glassdome:7', level: 'use' },
      { subject_kind: 'service_account', subject: robot.id, level: 'use' },
    ];
    expect((await as(broker.admin, 'PUT', `/api/credentials/${id}/grants`, { grants })).status).to.equal(200);
    expect(await noticesOf(id)).to.deep.equal([]);
  });

  it('joins a team, or lets an account of his join: the owners of all that opens are told', async () => {
    const robot = await broker.account(broker.admin.token, 'joiner');
    for (const [n, principal] of ['local:admin', robot.principal].entries()) {
      const name = `joined-${n}`;
      await as(anna, 'POST', '/api/teams', { name });
      const team = { subject_kind: 'team', subject: name };
      const opened = [
        await credential(`opened ${n}`, [{ ...team, level: 'read' }]),
        await credential(`opened too ${n}`, [{ ...team, level: 'manage' }]),
      ];
      const shut = await credential(`usable ${n}`, [{ ...team, level: 'use' }]);
      const members = [{ principal: 'local:anna', lead: true }, { principal }];
      const act = (headers: object) =>
        as(broker.admin, 'PUT', `/api/teams/${name}/members`, { members }, headers);
      await wantsReason(act, opened);
      expect(await noticesOf(shut)).to.deep.equal([]);
    }
  });

  it('makes a team with himself in it', async () => {
    const body = { name: 'his-own', members: [{ principal: 'local:admin' }] };
    await wantsReason((headers) => as(broker.admin, 'POST', '/api/teams', body, headers), []);
  });

  it('resets the secret of an account that somebody else made and that may read it', async () => {
    const robot = await broker.account(anna.token, 'of-anna');
    const id = await credential('for her robot', [
      { subject_kind: 'service_account', subject: robot.id, level: 'read' },
    ]);
    const act = (headers: object) =>
      as(broker.admin, 'POST', `/api/service-accounts/${robot.id}/reset-secret`, undefined, headers);
    await wantsReason(act, [id]);
    expect((await as(anna, 'POST', `/api/service-accounts/${robot.id}/reset-secret`)).status).to.equal(200);
    expect(await noticesOf(id)).to.have.length(1);
  });

  it('resets a password: its owner is told', async () => {
    await broker.person('carol', 'engineer');
    expect((await as(broker.admin, 'POST', '/api/users/carol/reset-password')).status).to.equal(200);
    const found = await rows.query(
      `select recipient from broker.notifications where kind = 'password_reset' and recipient = 'local:carol'`,
    );
    expect(found.rows).to.deep.equal([{ recipient: 'local:carol' }]);
  });
});
