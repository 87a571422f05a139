import { request } from 'node:http';
import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { type Browser, openBrowser } from '../../support/broker/browser.js';

const COOKIE = 'glassdome_session';
const HTTPS = { 'x-forwarded-proto': 'https', origin: '' };

/** The login of a browser: a cookie that counts only for our own pages, and follows the rules of every other login. */
describe('a session cookie', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let rows: pg.Client;

  before(async () => {
    broker = await startBrokerSystem({ trustedProxyHops: 1 });
    rows = new pg.Client({ connectionString: broker.database.ownerUrl });
    await rows.connect();
    for (const name of ['anna', 'ben', 'carl', 'dora', 'emil', 'fred']) await broker.person(name, 'engineer');
  });
  after(async () => {
    await rows.end();
    await broker.stop();
  });

  const signedIn = async (username: string): Promise<Browser> => {
    const browser = openBrowser(broker.url);
    expect((await browser.signIn(username, passwordOf(username))).status).to.equal(200);
    return browser;
  };
  const codeOf = async (asked: Promise<{ status: number; body: { code?: string } | null }>) => {
    const { status, body } = await asked;
    return [status, body?.code ?? null];
  };

  it('comes from a login, says who it is, and lets scripts see nothing', async () => {
    const browser = openBrowser(broker.url);
    const { status, body, headers, setCookies } = await browser.signIn('anna', passwordOf('anna'));
    expect(status).to.equal(200);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(setCookies).to.have.length(1);
    expect(setCookies[0]).to.match(
      /^glassdome_session=gdr_[0-9a-f-]{36}_[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(JSON.stringify(body)).to.not.contain('gdr_');
    const shown = { principal: 'local:anna', name: 'anna', role: 'engineer', must_change_password: false };
    expect(body).to.include(shown);
    expect(Date.parse(body.expires_at) - Date.now()).to.be.within(719 * 60_000, 721 * 60_000);
    expect((await browser.send('GET', '/api/auth/session')).body).to.deep.equal(body);
    const me = await browser.send('GET', '/api/auth/me');
    expect(me.body).to.include({ principal: 'local:anna' });
    expect(me.headers.get('cache-control')).to.equal('no-store');
    const wrong = await openBrowser(broker.url).signIn('anna', 'wrong');
    expect([wrong.status, wrong.setCookies]).to.deep.equal([401, []]);
  });

  it('is bound to the host and to HTTPS where the browser came by HTTPS', async () => {
    const browser = openBrowser(broker.url);
    const password = passwordOf('anna');
    const { setCookies } = await browser.send(
      'POST',
      '/api/auth/session',
      { username: 'anna', password },
      HTTPS,
    );
    expect(setCookies[0]).to.match(/^__Host-glassdome_session=.*; Path=\/; .*; Secure; SameSite=Strict$/);
    expect(setCookies[0]).to.not.match(/domain/i);
    expect((await browser.send('GET', '/api/auth/session', undefined, HTTPS)).status).to.equal(200);
    expect(await codeOf(browser.send('GET', '/api/auth/session'))).to.deep.equal([401, 'unauthenticated']);
    const plain = await signedIn('anna');
    expect((await plain.send('GET', '/api/auth/session', undefined, HTTPS)).status).to.equal(401);
  });

  it('counts for requests of our own pages only', async () => {
    const browser = await signedIn('anna');
    const made = (headers: Record<string, string>) =>
      codeOf(browser.send('POST', '/api/teams', { name: 'csrf' }, headers));
    const refused = [401, 'unauthenticated'];
    for (const headers of [
      { 'x-client': '' },
      { 'x-client': 'cli' },
      { 'x-client': 'web, web' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: broker.url.replace('http:', 'https:') },
      { cookie: `${COOKIE}=${browser.cookies.get(COOKIE)}; ${COOKIE}=${browser.cookies.get(COOKIE)}` },
      { cookie: `__Host-${COOKIE}=${browser.cookies.get(COOKIE)}` },
    ] as Record<string, string>[])
      expect(await made(headers), JSON.stringify(headers)).to.deep.equal(refused);
    // An engineer may not make teams: the call came that far.
    for (const headers of [{}, { origin: '' }, { 'sec-fetch-site': '', origin: '' }] as Record<
      string,
      string
    >[])
      expect(await made(headers), JSON.stringify(headers)).to.deep.equal([403, 'forbidden']);
    const read = (headers: Record<string, string>) =>
      codeOf(browser.send('GET', '/api/auth/me', undefined, headers));
    expect(await read({ 'x-client': '' })).to.deep.equal(refused);
    expect(await read({ 'sec-fetch-site': 'cross-site' })).to.deep.equal(refused);
  });

  it('is not set for a page of another site, whose login would become that of the person', async () => {
    for (const headers of [{ 'x-client': '' }, { origin: 'https://evil.example' }] as Record<
      string,
      string
    >[]) {
      const body = { username: 'anna', password: passwordOf('anna') };
      const answer = await openBrowser(broker.url).send('POST', '/api/auth/session', body, headers);
      expect([answer.status, answer.body.code, answer.setCookies]).to.deep.equal([403, 'forbidden', []]);
    }
  });

  it('opens values by the same rules, on the path that services use too', async () => {
    const browser = await signedIn('anna');
    const body = { name: 'Of the page', service_type: 'other', fields: { value: 'seen-by-anna' } };
    const made = await browser.send('POST', '/api/credentials', body);
    expect(made.status).to.equal(201);
    const path = `/api/credentials/${made.body.id}/secret`;
    expect((await browser.send('GET', path)).body.fields).to.deep.equal({ value: 'seen-by-anna' });
    expect((await browser.send('GET', path, undefined, { 'x-client': '' })).status).to.equal(401);
    const other = await signedIn('ben');
    expect((await other.send('GET', path)).status).to.equal(404);
    // The header decides alone.
    const anna = await broker.signIn('anna', passwordOf('anna'));
    const withToken = await other.send('GET', path, undefined, { authorization: `Bearer ${anna.token}` });
    expect(withToken.body.fields).to.deep.equal({ value: 'seen-by-anna' });
    const withBad = await browser.send('GET', path, undefined, { authorization: 'Bearer a.b.c' });
    expect(withBad.status).to.equal(401);
    const { items } = (await browser.send('GET', `/api/credentials/${made.body.id}/versions`)).body;
    expect(items[0].source).to.equal('web');
  });

  it('ends at once when its person logs out, is disabled or gets another role', async () => {
    const carl = await signedIn('carl');
    const copy = openBrowser(broker.url);
    copy.cookies.set(COOKIE, carl.cookies.get(COOKIE) ?? '');
    const out = await carl.send('DELETE', '/api/auth/session');
    expect(out.status).to.equal(204);
    expect(out.headers.get('clear-site-data')).to.equal('"cache", "storage"');
    expect(out.setCookies[0]).to.match(/^glassdome_session=; Path=\/; Max-Age=0; HttpOnly/);
    expect(carl.cookies.size).to.equal(0);
    expect((await copy.send('GET', '/api/auth/me')).status).to.equal(401);
    expect(copy.cookies.size, 'kept by any other call').to.equal(1);
    const ended = await copy.send('GET', '/api/auth/session');
    expect([ended.status, copy.cookies.size]).to.deep.equal([401, 0]);

    const dora = await signedIn('dora');
    const { token } = broker.admin;
    await broker.call(token, 'PATCH', '/api/users/dora', { role: 'observer' });
    expect((await dora.send('GET', '/api/auth/session')).body.role).to.equal('observer');
    await broker.call(token, 'PATCH', '/api/users/dora', { disabled: true });
    expect((await dora.send('GET', '/api/auth/me')).status).to.equal(401);
  });

  it('of a one-time password is good for setting another one, and goes on afterwards', async () => {
    const made = await broker.call(broker.admin.token, 'POST', '/api/users', {
      username: 'gina',
      role: 'engineer',
    });
    const oneTime = made.body.one_time_password;
    const browser = openBrowser(broker.url);
    expect((await browser.signIn('gina', oneTime)).body.must_change_password).to.equal(true);
    expect(await codeOf(browser.send('GET', '/api/credentials'))).to.deep.equal([
      403,
      'password_change_required',
    ]);
    const change = { current_password: oneTime, new_password: passwordOf('gina') };
    expect((await browser.send('POST', '/api/auth/password', change)).status).to.equal(204);
    expect((await browser.send('GET', '/api/credentials')).status).to.equal(200);
    expect((await browser.send('GET', '/api/auth/session')).body.must_change_password).to.equal(false);
  });

  it('is listed among the logins of its person, who ends any of them', async () => {
    const browser = await signedIn('emil');
    const other = await signedIn('emil');
    const cli = await broker.call(
      null,
      'POST',
      '/api/auth/login',
      { username: 'emil', password: passwordOf('emil') },
      { 'x-client': 'cli' },
    );
    const { items } = (await browser.send('GET', '/api/auth/sessions')).body;
    const clients = items.map(({ client, current }: Record<string, unknown>) => [client, current]);
    // The first two are those of a person who was just made.
    expect(clients.slice(0, 3)).to.deep.equal([
      ['cli', false],
      ['web', false],
      ['web', true],
    ]);
    expect(items[2].last_used_at).to.be.a('string');
    expect(items[0].last_used_at).to.equal(null);
    expect((await browser.send('DELETE', `/api/auth/sessions/${items[1].id}`)).status).to.equal(204);
    expect((await other.send('GET', '/api/auth/me')).status).to.equal(401);
    expect((await browser.send('DELETE', `/api/auth/sessions/${items[1].id}`)).status).to.equal(404);
    expect((await browser.send('DELETE', `/api/auth/sessions/${items[0].id}`)).status).to.equal(204);
    const refresh = { grant_type: 'refresh_token', refresh_token: cli.body.refresh_token };
    expect((await broker.call(null, 'POST', '/api/auth/token', refresh)).status).to.equal(401);
    const stranger = await signedIn('anna');
    expect((await stranger.send('DELETE', `/api/auth/sessions/${items[2].id}`)).status).to.equal(404);
    expect((await browser.send('GET', '/api/auth/me')).status).to.equal(200);
  });

  it('is not kept in the tables or the log of requests, and leaves a row that says where it began', async () => {
    const browser = await signedIn('anna');
    const secret = browser.cookies.get(COOKIE)?.slice(-43) ?? 'missing';
    expect(secret).to.match(/^[\w-]{43}$/);
    const { rows: found } = await rows.query(
      `select row_to_json(s)::text as text from broker.sessions s
       union all select row_to_json(a)::text from broker.audit_events a`,
    );
    expect(found.filter(({ text }) => text.includes(secret))).to.deep.equal([]);
    const { items } = (
      await broker.call(broker.admin.token, 'GET', '/api/audit?action=auth.login&actor=local:anna')
    ).body;
    expect(items[0]).to.deep.include({ details: { client: 'web' } });
  });

  it('that is warm works on while Vault is sealed, and a cold one waits without being signed out', async () => {
    const warm = await signedIn('fred');
    const cold = await signedIn('fred');
    expect((await warm.send('GET', '/api/auth/me')).status).to.equal(200);
    await broker.vault.seal();
    try {
      expect((await warm.send('GET', '/api/auth/me')).status).to.equal(200);
      expect(await codeOf(cold.send('GET', '/api/auth/session'))).to.deep.equal([503, 'store_unavailable']);
      expect(cold.cookies.size).to.equal(1);
    } finally {
      await broker.vault.unseal();
    }
  });
});

describe('a login that is set to end soon', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  before(async () => {
    broker = await startBrokerSystem({}, { SESSION_MINUTES: '1' });
  });
  after(() => broker.stop());

  it('ends then, with its tokens: cookie and refresh token alike', async () => {
    const browser = openBrowser(broker.url);
    const { body, setCookies } = await browser.signIn('admin', passwordOf('admin'));
    expect(setCookies[0]).to.contain('; Max-Age=60;');
    expect(Date.parse(body.expires_at) - Date.now()).to.be.within(50_000, 61_000);
    const login = { username: 'admin', password: passwordOf('admin') };
    const given = (await broker.call(null, 'POST', '/api/auth/login', login)).body;
    expect(given.expires_in).to.be.within(50, 60);
    const db = new pg.Client({ connectionString: broker.database.ownerUrl });
    await db.connect();
    await db.query(`update broker.sessions set expires_at = now() - interval '1 second'`);
    await db.end();
    const refresh = { grant_type: 'refresh_token', refresh_token: given.refresh_token };
    expect((await broker.call(null, 'POST', '/api/auth/token', refresh)).status).to.equal(401);
    expect((await browser.send('GET', '/api/auth/session')).status).to.equal(401);
  });
});

describe('a session cookie behind a proxy that ends TLS', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  before(async () => {
    broker = await startBrokerSystem({ publicOrigin: 'https://broker.lab' });
  });
  after(() => broker.stop());

  it('is one of HTTPS at the public address, also where the proxy is not configured as trusted', async () => {
    const ask = (host: string, origin: string) =>
      new Promise<[number, string]>((resolve, reject) => {
        const { hostname, port } = new URL(broker.url);
        const headers = { host, origin, 'x-client': 'web', 'content-type': 'application/json' };
        const asked = { hostname, port, method: 'POST', path: '/api/auth/session', headers };
        const sent = request(asked, (answer) => {
          answer.resume();
          resolve([answer.statusCode ?? 0, (answer.headers['set-cookie'] ?? []).join()]);
        });
        sent.once('error', reject);
        sent.end(JSON.stringify({ username: 'admin', password: passwordOf('admin') }));
      });
    const [status, cookie] = await ask('broker.lab', 'https://broker.lab');
    expect([status, /^__Host-glassdome_session=.*; Secure;/.test(cookie)]).to.deep.equal([200, true]);
    const direct = await ask(new URL(broker.url).host, broker.url);
    expect([direct[0], /^glassdome_session=/.test(direct[1])]).to.deep.equal([200, true]);
    expect(await ask('evil.lab', 'https://broker.evil.lab')).to.deep.equal([403, '']);
  });
});
