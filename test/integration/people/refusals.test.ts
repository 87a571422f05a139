import { expect } from 'chai';
import pg from 'pg';
import {
  type BrokerSystem,
  passwordOf,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';

const NOBODYS = '00000000-0000-4000-8000-000000000000';

describe('what is refused', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let trail: pg.Client;
  let anna: SignedIn;
  let hers: string;

  before(async () => {
    broker = await startBrokerSystem({ revealsPerMinute: 30, testsPerMinute: 3 });
    trail = new pg.Client({ connectionString: broker.database.ownerUrl });
    await trail.connect();
    anna = await broker.person('anna', 'engineer');
    const body = { name: 'Lab', service_type: 'other', fields: { v: '1' }, env_names: { LAB_V: 'v' } };
    hers = (await broker.call(anna.token, 'POST', '/api/credentials', body)).body.id;
  });
  after(async () => {
    await trail.end();
    await broker.stop();
  });

  const call = (who: SignedIn, method: string, path: string, body?: object) =>
    broker.call(who.token, method, path, body);
  const login = (username: string, password: string) =>
    broker.call(null, 'POST', '/api/auth/login', { username, password });
  const admin = (method: string, path: string, body?: object) => call(broker.admin, method, path, body);

  /** Rows of refusals of that actor, oldest first. */
  async function rowsOf(actor: string) {
    const { rows } = await trail.query(
      `select action, code, credential_id, actor_kind, details from broker.audit_events
       where actor = $1 and outcome = 'denied' order by at, chain, seq`,
      [actor],
    );
    return rows;
  }

  async function counted(code: string): Promise<number> {
    await broker.system.ports.auditLog.flush();
    const text = 'select coalesce(sum(count), 0)::integer as n from broker.refusal_counts where code = $1';
    return (await trail.query(text, [code])).rows[0].n;
  }

  it('of an account that ended shows whose it was, what was tried, and on what', async () => {
    const fred = await broker.person('fred', 'engineer');
    await admin('PATCH', '/api/users/fred', { disabled: true });
    const tries = [
      await call(fred, 'GET', `/api/credentials/${hers}/secret`),
      await call(fred, 'GET', '/api/credentials'),
      await call(fred, 'POST', '/api/credentials/resolve', { items: [{ id: hers }] }),
      await call(fred, 'GET', '/api/environment'),
      await call(fred, 'GET', '/api/events'),
      await call(fred, 'GET', '/api/auth/me'),
      await call(fred, 'GET', '/api/users'),
    ];
    expect(tries.map(({ status }) => status)).to.deep.equal(tries.map(() => 401));
    const rows = await rowsOf('local:fred');
    expect(rows.map(({ action, code }) => `${action} ${code}`)).to.deep.equal(
      tries.map(() => 'auth.refused unauthenticated'),
    );
    expect(rows.map(({ details }) => details.tried)).to.deep.equal([
      'credential.read',
      'credential.list',
      'credential.resolve',
      'credential.environment',
      'credential.see',
      undefined,
      'user.list',
    ]);
    expect(rows[0].credential_id).to.equal(hers);
    expect((await admin('GET', '/api/audit?actor=local:fred&action=auth.refused')).body.items).to.have.length(
      tries.length,
    );
  });

  it('of a one-time password that was not changed yet is audited', async () => {
    const { body } = await admin('POST', '/api/users', { username: 'newcomer', role: 'engineer' });
    const { token } = await broker.signIn('newcomer', body.one_time_password);
    expect((await broker.call(token, 'GET', '/api/credentials')).status).to.equal(403);
    expect((await rowsOf('local:newcomer')).map(({ action, code }) => [action, code])).to.deep.equal([
      ['auth.refused', 'password_change_required'],
    ]);
  });

  it('of the right password or secret of an account that ended is audited; wrong ones are counted', async () => {
    const gina = await broker.person('gina', 'engineer');
    const robot = await broker.account(anna.token, 'robot');
    await admin('PATCH', '/api/users/gina', { disabled: true });
    await admin('DELETE', `/api/service-accounts/${robot.id}`);
    const before = await counted('unauthenticated');
    const secret = (client_secret: string) =>
      broker.call(null, 'POST', '/api/auth/token', {
        grant_type: 'client_credentials',
        client_id: robot.id,
        client_secret,
      });
    const renew = { grant_type: 'refresh_token', refresh_token: gina.refreshToken };
    const tries = [
      await login('gina', passwordOf('gina')),
      await broker.call(null, 'POST', '/api/auth/token', renew),
      await secret(robot.secret),
      await login('gina', 'wrong'),
      await login('nobody', 'wrong'),
      await secret('wrong'),
    ];
    expect(tries.map(({ status }) => status)).to.deep.equal(tries.map(() => 401));
    expect((await rowsOf('local:gina')).map(({ action }) => action)).to.deep.equal([
      'auth.login',
      'auth.token',
    ]);
    const [byRobot, ...more] = await rowsOf(robot.principal);
    expect(byRobot).to.include({
      action: 'auth.token',
      code: 'unauthenticated',
      actor_kind: 'service_account',
    });
    expect(more).to.deep.equal([]);
    expect((await counted('unauthenticated')) - before).to.equal(3);
  });

  it('while guesses wait is counted before a login, and audited of who is logged in', async () => {
    const hans = await broker.person('hans', 'engineer');
    const before = await counted('rate_limited');
    for (let n = 0; n < 5; n += 1) await login('nobody-else', 'wrong');
    expect((await login('nobody-else', 'wrong')).status).to.equal(429);
    expect((await counted('rate_limited')) - before).to.equal(1);
    const change = { current_password: 'wrong', new_password: 'long-enough-and-new' };
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1)
      statuses.push((await call(hans, 'POST', '/api/auth/password', change)).status);
    expect(statuses).to.deep.equal([400, 400, 400, 400, 400, 429]);
    expect((await rowsOf('local:hans')).map(({ action, code }) => `${action} ${code}`)).to.deep.equal([
      ...Array.from({ length: 5 }, () => 'user.password_change invalid_request'),
      'user.password_change rate_limited',
    ]);
  });

  it('beyond the bound of reveals is audited once a minute and counted beyond', async () => {
    const ida = await broker.person('ida', 'engineer');
    const before = await counted('rate_limited');
    const statuses: number[] = [];
    for (let n = 0; n < 33; n += 1) statuses.push((await call(ida, 'GET', '/api/environment')).status);
    expect(statuses.slice(29)).to.deep.equal([200, 429, 429, 429]);
    const rows = await rowsOf('local:ida');
    expect(rows.map(({ action, code, details }) => [action, code, details.limit])).to.deep.equal([
      ['auth.refused', 'rate_limited', 'reveals'],
    ]);
    expect((await counted('rate_limited')) - before).to.equal(2);
  });

  it('beyond the bound of tests counts those of saves too, and no save without a test', async () => {
    const otto = await broker.person('otto', 'engineer');
    const fields = (host: string) => ({ host, user: 'a@pam', token_name: 'ci', token_value: NOBODYS });
    const save = (name: string, test: string) => {
      const body = { name, service_type: 'proxmox', fields: fields('127.0.0.1'), test };
      return call(otto, 'POST', '/api/credentials', body);
    };
    const first = await save('one', 'warn');
    expect(first.status, JSON.stringify(first.body)).to.equal(201);
    const path = `/api/credentials/${first.body.id}`;
    const again = (test: string) => call(otto, 'PUT', path, { fields: fields('127.0.0.2'), test });
    const statuses = [
      await call(otto, 'PATCH', path, { name: 'two', test: 'warn' }),
      await save('three', 'skip'),
      await save('four', 'required'),
      await again('required'),
      await again('warn'),
      await call(otto, 'POST', `${path}/rotate`, {
        fields: { token_value: NOBODYS.replace('4', '5') },
        test: 'warn',
      }),
      await save('five', 'warn'),
      await call(otto, 'POST', `${path}/test`, {}),
      await again('skip'),
    ].map(({ status }) => status);
    expect(statuses).to.deep.equal([200, 201, 422, 422, 429, 429, 429, 429, 200]);
    const { items } = (await call(otto, 'GET', '/api/credentials')).body;
    expect(items.map(({ name }: { name: string }) => name)).to.have.members(['two', 'three']);
    expect((await rowsOf('local:otto')).map(({ details }) => details.limit)).to.include('tests');
  });

  it('of an item of resolve names the credential, or else what was asked for', async () => {
    const karl = await broker.person('karl', 'engineer');
    const grants = [{ subject_kind: 'user', subject: karl.principal, level: 'use' }];
    await call(anna, 'PUT', `/api/credentials/${hers}/grants`, { grants });
    const items = [
      { name: 'Lab' },
      { id: NOBODYS },
      { name: 'Unknown', owner: 'local:anna' },
      { service_type: 'aws', labels: { stage: 'canary-label' } },
      { env: 'NO_SUCH_NAME' },
    ];
    await call(karl, 'POST', '/api/credentials/resolve', { items });
    const rows = await rowsOf('local:karl');
    expect(
      rows.map(({ code, credential_id, details }) => [code, credential_id, details.asked]),
    ).to.deep.equal([
      ['forbidden', hers, { name: 'Lab' }],
      ['not_found', NOBODYS, { id: NOBODYS }],
      ['not_found', null, { name: 'Unknown', owner: 'local:anna' }],
      ['not_found', null, { service_type: 'aws' }],
      ['not_found', null, { env: 'NO_SUCH_NAME' }],
    ]);
  });

  it('are found by filters, each of which is checked and stands in the document', async () => {
    const query = 'action=auth.refused&outcome=denied&actor=local:fred';
    const all = (await admin('GET', `/api/audit?${query}`)).body.items;
    const [newest] = all;
    const until = (await admin('GET', `/api/audit?${query}&to=${newest.at}`)).body.items;
    const since = (await admin('GET', `/api/audit?${query}&from=${newest.at}`)).body.items;
    expect(since.length).to.be.greaterThan(0);
    expect([...since, ...until]).to.deep.equal(all);
    for (const [wrong, field] of [
      ['action=auth.refused&action=auth.login', 'action'],
      ['action=unknown', 'action'],
      ['outcome=maybe', 'outcome'],
      ['credential_id=1', 'credential_id'],
      ['from=yesterday', 'from'],
      ['to=2027-13-01T00:00:00Z', 'to'],
    ]) {
      const { status, body } = await admin('GET', `/api/audit?${wrong}`);
      expect([wrong, status, body.fields?.[0]?.field]).to.deep.equal([wrong, 400, field]);
    }
    const { paths } = (await broker.call(null, 'GET', '/openapi.json')).body;
    const names = paths['/api/audit'].get.parameters.map(({ name }: { name: string }) => name);
    expect(names).to.include.members(['credential_id', 'actor', 'action', 'outcome', 'from', 'to', 'limit']);
  });

  it('does not tell in the own trail what is not there from what is hidden', async () => {
    const lena = await broker.person('lena', 'engineer');
    for (const id of [hers, NOBODYS]) {
      await call(lena, 'GET', `/api/credentials/${id}`);
      await call(lena, 'POST', '/api/credentials/resolve', { items: [{ id }] });
    }
    await call(lena, 'GET', '/api/credentials/no-uuid');
    const { items } = (await call(lena, 'GET', '/api/audit?outcome=denied')).body;
    const shown = (id: string) =>
      items
        .filter((row: { credential_id: string | null }) => row.credential_id === id)
        .map(({ action, code, version, details }: Record<string, unknown>) =>
          JSON.stringify([action, code, version, details]).replaceAll(id, '…'),
        );
    expect(shown(hers)).to.have.length(2);
    expect(shown(NOBODYS)).to.deep.equal(shown(hers));
    expect(items).to.have.length(5);
  });
});
