import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

type Account = SignedIn & { id: string; secret: string };

/** What of somebody goes with them, and what goes on. */
describe('somebody who is disabled', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let rows: pg.Client;

  before(async () => {
    broker = await startBrokerSystem();
    rows = new pg.Client({ connectionString: broker.database.ownerUrl });
    await rows.connect();
  });
  after(async () => {
    await rows.end();
    await broker.stop();
  });

  const admin = (method: string, path: string, body?: object, headers = {}) =>
    broker.call(broker.admin.token, method, path, body, headers);
  const works = async (account: Account) => {
    const ask = { grant_type: 'client_credentials', client_id: account.id, client_secret: account.secret };
    const { status } = await broker.call(null, 'POST', '/api/auth/token', ask);
    return [(await broker.call(account.token, 'GET', '/api/auth/me')).status, status];
  };
  const ON = [200, 200];
  const OFF = [401, 401];
  const named = (answer: { body: { service_accounts: { name: string; disabled: boolean }[] } }) =>
    answer.body.service_accounts.map(({ name, disabled }) => `${name} ${disabled ? 'disabled' : 'goes on'}`);

  for (const kind of ['local', 'glassdome'] as const) {
    const make = async (name: string, id: number) =>
      kind === 'local' ? broker.person(name, 'engineer') : broker.glassdome(id);

    it(`ends the service accounts of a person of ${kind} with them, and brings those back, no others`, async () => {
      const who = await make('ann', 101);
      const first = await broker.account(who.token, `${kind}-first`);
      const second = await broker.account(who.token, `${kind}-second`);
      const gone = await broker.account(who.token, `${kind}-gone`);
      await broker.call(who.token, 'DELETE', `/api/service-accounts/${gone.id}`);
      await admin('PATCH', `/api/principals/sa:${second.id}`, { disabled: true });
      const done = await admin('PATCH', `/api/principals/${who.principal}`, { disabled: true });
      expect(named(done)).to.deep.equal([`${kind}-first disabled`, `${kind}-second disabled`]);
      for (const account of [first, second, gone]) expect(await works(account)).to.deep.equal(OFF);
      const back = await admin('PATCH', `/api/principals/${who.principal}`, { disabled: false });
      expect(named(back)).to.deep.equal([`${kind}-first goes on`, `${kind}-second disabled`]);
      expect(await works(first)).to.deep.equal(ON);
      for (const account of [second, gone]) expect(await works(account)).to.deep.equal(OFF);
    });

    it(`keeps the service accounts of a person of ${kind} where that is said`, async () => {
      const who = await make('bea', 102);
      const account = await broker.account(who.token, `${kind}-kept`);
      const keep = { disabled: true, keep_service_accounts: true };
      expect(named(await admin('PATCH', `/api/principals/${who.principal}`, keep))).to.deep.equal([
        `${kind}-kept goes on`,
      ]);
      expect(await works(account)).to.deep.equal(ON);
      // Once more, without keeping.
      await admin('PATCH', `/api/principals/${who.principal}`, { disabled: true });
      expect(await works(account)).to.deep.equal(OFF);
    });
  }

  it('keeps one disabled that an admin disabled expressly meanwhile', async () => {
    const who = await broker.person('cleo', 'engineer');
    const account = await broker.account(who.token, 'expressly');
    await admin('PATCH', '/api/users/cleo', { disabled: true });
    await admin('PATCH', `/api/principals/sa:${account.id}`, { disabled: true });
    await admin('PATCH', '/api/users/cleo', { disabled: false });
    expect(await works(account)).to.deep.equal(OFF);
  });

  it('is disabled with the account that they make at the same time', async () => {
    const who = await broker.person('dora', 'engineer');
    for (let n = 0; n < 10; n += 1) {
      const make = broker.call(who.token, 'POST', '/api/service-accounts', { name: `dora-${n}` });
      const [made] = await Promise.all([make, admin('PATCH', '/api/users/dora', { disabled: true })]);
      if (made.status === 201) {
        const { client_id, client_secret } = made.body;
        const ask = { grant_type: 'client_credentials', client_id, client_secret };
        expect((await broker.call(null, 'POST', '/api/auth/token', ask)).status, `dora-${n}`).to.equal(401);
      }
      await admin('PATCH', '/api/users/dora', { disabled: false });
      who.token = (await broker.signIn('dora', 'long-enough-dora')).token;
    }
  });

  it('leaves no notice put off, and the answer lists the channels and report schedules they made', async () => {
    const who = await broker.person('ed', 'admin');
    const as = (path: string, body: object) => broker.call(who.token, 'POST', path, body);
    const hook = { name: 'eds', kind: 'webhook', url: 'https://hooks.example.org/x' };
    expect((await as('/api/notifications/channels', hook)).status).to.equal(201);
    const schedule = { name: 'eds weekly', expression: '0 6 * * 1' };
    expect((await as('/api/reports/schedules', schedule)).status).to.equal(201);
    const id = randomUUID();
    const text = `insert into broker.notifications (id, kind, period, recipient, body, snoozed_until, snoozed_by)
      values ($1, 'env_leftovers', 'p', 'local:ed', '{}', now() + interval '9 days', 'local:ed')`;
    await rows.query(text, [id]);
    const openNow = async () =>
      (await admin('GET', '/api/notifications?open=true')).body.items.map((n: { id: string }) => n.id);
    expect(await openNow()).to.not.include(id);
    const done = await admin('PATCH', '/api/users/ed', { disabled: true });
    expect(done.body.channels.map(({ name }: { name: string }) => name)).to.deep.equal(['eds']);
    expect(done.body.report_schedules.map(({ name }: { name: string }) => name)).to.deep.equal([
      'eds weekly',
    ]);
    expect(await openNow()).to.include(id);
  });

  it('asks nothing about service accounts of somebody who is enabled', async () => {
    const body = { disabled: false, keep_service_accounts: true };
    for (const path of ['/api/users/admin', '/api/principals/glassdome:7']) {
      const { status, body: problem } = await admin('PATCH', path, body);
      expect([status, problem.fields?.[0]?.field]).to.deep.equal([400, 'keep_service_accounts']);
    }
    expect((await admin('PATCH', '/api/users/nobody', { disabled: true })).status).to.equal(404);
  });
});

/** Tokens that Vault's key signs, but the broker did not issue. */
describe('a token that somebody signs with the key of the broker', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let robot: Account;

  before(async () => {
    broker = await startBrokerSystem();
    anna = await broker.person('anna', 'engineer');
    robot = await broker.account(anna.token, 'robot');
  });
  after(() => broker.stop());

  const now = () => Math.floor(Date.now() / 1000);
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  /** As the one who makes the broker's own, with claims of any kind. */
  const forged = async (from: SignedIn, claims: object) =>
    broker.system.ports.tokenSigner.sign({
      ...claimsOf(from.token),
      iat: now(),
      exp: now() + 600,
      ...claims,
    });
  const answers = async (token: string) => [
    (await broker.call(token, 'GET', '/api/auth/me')).status,
    (await broker.call(token, 'GET', '/api/users')).status,
    (await broker.call(token, 'GET', '/api/environment')).status,
  ];

  it('is good as the broker issues it', async () => {
    expect(await answers(await forged(robot, {}))).to.deep.equal([200, 403, 200]);
    expect(await answers(await forged(anna, {}))).to.deep.equal([200, 403, 200]);
  });

  const YEAR = 365 * 86_400;
  const FORGERIES: Record<string, () => object> = {
    'the role admin for a year': () => ({ role: 'admin', exp: now() + YEAR }),
    'the role admin': () => ({ role: 'admin' }),
    'the role architect': () => ({ role: 'architect' }),
    'a life of a year': () => ({ exp: now() + YEAR }),
    'a life of eleven minutes': () => ({ exp: now() + 660 }),
    'a year, issued in a year': () => ({ iat: now() + YEAR - 600, exp: now() + YEAR }),
    'no beginning': () => ({ iat: undefined }),
    'a beginning of text': () => ({ iat: 'x' }),
    'the secret or login of another': () => ({ sid: randomUUID() }),
  };
  for (const [name, claims] of Object.entries(FORGERIES))
    it(`is refused with ${name}`, async () => {
      for (const who of [robot, anna]) {
        const token = await forged(who, claims());
        expect(await answers(token), who.principal).to.deep.equal([401, 401, 401]);
      }
    });

  it('is refused with a higher role than the row of the account, and without one', async () => {
    const made = await broker.call(anna.token, 'POST', '/api/service-accounts', {
      name: 'looks',
      role: 'observer',
    });
    const sub = `sa:${made.body.id}`;
    const base = { sub, name: 'looks', sid: undefined };
    expect(await answers(await forged(robot, { ...base, role: 'observer' }))).to.deep.equal([200, 403, 200]);
    expect(await answers(await forged(robot, { ...base, role: 'engineer' }))).to.deep.equal([401, 401, 401]);
    expect(await answers(await forged(robot, { ...base, role: undefined }))).to.deep.equal([401, 401, 401]);
    expect(await answers(await forged(robot, { sub: `sa:${randomUUID()}` }))).to.deep.equal([401, 401, 401]);
  });

  it('ends with the secret it was traded for; of resets at once one answers a secret', async () => {
    const path = `/api/service-accounts/${robot.id}/reset-secret`;
    const resets = await Promise.all(Array.from({ length: 6 }, () => broker.call(anna.token, 'POST', path)));
    const done = resets.filter(({ status }) => status === 200);
    expect(
      resets.map(({ status }) => status).filter((status) => status !== 200 && status !== 409),
    ).to.deep.equal([]);
    expect(done.length).to.be.greaterThan(0);
    expect((await broker.call(robot.token, 'GET', '/api/auth/me')).status).to.equal(401);
    const { client_id, client_secret } = done.at(-1)?.body ?? {};
    expect(done.length === 1 || typeof client_secret === 'string').to.equal(true);
    const tokens = await Promise.all(
      done.map(({ body }) =>
        broker.call(null, 'POST', '/api/auth/token', {
          grant_type: 'client_credentials',
          client_id,
          client_secret: body.client_secret,
        }),
      ),
    );
    expect(tokens.filter(({ status }) => status === 200)).to.have.length(1);
  });
});
