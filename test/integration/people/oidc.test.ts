import { expect } from 'chai';
import pg from 'pg';
import { freePort } from '../../../local/process/child.js';
import { newKey, type OidcIssuerSim, startOidcIssuer } from '../../simulators/oidcIssuer.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { type Browser, openBrowser } from '../../support/broker/browser.js';
import { callbackOf, type OidcFile, oidcFile } from '../../support/broker/oidcFile.js';

const ANNA = { sub: 'anna-1', preferred_username: 'anna', groups: ['staff', 'platform'] };
/** As a browser goes where a link or a redirect leads. */
const NAVIGATES = { 'x-client': '', origin: '', 'sec-fetch-site': 'cross-site', 'content-type': '' };

/** Logging in with OpenID Connect: against issuers that behave, and against everything that could pass for their answer. */
describe('a login with an issuer', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let company: OidcIssuerSim;
  let partner: OidcIssuerSim;
  let file: OidcFile;
  let rows: pg.Client;

  before(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    company = await startOidcIssuer([callbackOf(url, 'company')]);
    partner = await startOidcIssuer([callbackOf(url, 'partner')], 'EdDSA');
    const role_map = { platform: 'architect', staff: 'engineer', root: 'admin' };
    const { issuer, clientId: client_id, clientSecret } = company;
    file = oidcFile([
      { alias: 'company', issuer, client_id, clientSecret, role_map },
      {
        alias: 'partner',
        issuer: partner.issuer,
        client_id: partner.clientId,
        clientSecret: partner.clientSecret,
        algorithms: ['EdDSA'],
        default_role: 'observer',
      },
    ]);
    broker = await startBrokerSystem({}, { BROKER_PORT: String(port), OIDC_ISSUERS_FILE: file.path });
    rows = new pg.Client({ connectionString: broker.database.ownerUrl });
    await rows.connect();
  });
  after(async () => {
    await rows.end();
    await broker.stop();
    await company.close();
    await partner.close();
    file.remove();
  });
  beforeEach(() => {
    for (const sim of [company, partner]) {
      sim.twist = {};
      sim.broken.clear();
    }
  });

  const go = (browser: Browser, path: string) => browser.send('GET', path, undefined, NAVIGATES);
  const pathOf = (address: string) => address.slice(new URL(address).origin.length);
  const begin = async (browser: Browser, alias = 'company', returnTo = '/credentials?q=a') => {
    const path = `/api/auth/oidc/${alias}/start?return_to=${encodeURIComponent(returnTo)}`;
    const { status, headers } = await go(browser, path);
    expect(status).to.equal(302);
    return headers.get('location') ?? '';
  };
  /** The whole way; the path to come back with may be changed on the way. */
  const logIn = async (
    person: Record<string, unknown> = ANNA,
    change: (path: string) => string = (path) => path,
    browser = openBrowser(broker.url),
  ) => {
    const back = company.logIn(await begin(browser), person);
    return { browser, back, ...(await go(browser, change(pathOf(back)))) };
  };
  const errorIn = (headers: Headers) =>
    new URL(headers.get('location') ?? '', broker.url).searchParams.get('error');
  /** No session came of it, and the page is told why. */
  const refusedAs = (answer: Awaited<ReturnType<typeof logIn>>, code: string, why = code) => {
    expect([answer.status, errorIn(answer.headers)], why).to.deep.equal([303, code]);
    expect(answer.headers.get('location'), why).to.match(/^\/login\?error=[a-z_]+&request_id=[\w-]{8,64}$/);
    expect([...answer.browser.cookies.keys()], why).to.deep.equal([]);
  };

  it('is offered by name, and begins with all that the code flow needs', async () => {
    const { body } = await openBrowser(broker.url).send('GET', '/api/auth/oidc');
    expect(body.items).to.deep.equal([
      { alias: 'company', name: 'Log in with company' },
      { alias: 'partner', name: 'Log in with partner' },
    ]);
    const browser = openBrowser(broker.url);
    const { headers, setCookies } = await go(browser, '/api/auth/oidc/company/start');
    const url = new URL(headers.get('location') ?? '');
    expect(Object.fromEntries(url.searchParams)).to.include({
      tenant: 'lab',
      response_type: 'code',
      client_id: 'glassdome broker',
      redirect_uri: callbackOf(broker.url, 'company'),
      scope: 'openid profile email',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(url.searchParams.get(name)).to.match(/^[\w-]{43}$/);
    expect(setCookies[0]).to.match(/^glassdome_oidc=.*; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
    expect(headers.get('cache-control')).to.equal('no-store');
  });

  it('ends where it began, with the role of the issuer, and is a login like others from there on', async () => {
    const { browser, status, headers, setCookies } = await logIn();
    expect([status, headers.get('location')]).to.deep.equal([303, '/credentials?q=a']);
    expect(setCookies[0]).to.match(/^glassdome_session=gdr_.*; HttpOnly; SameSite=Strict$/);
    expect([...browser.cookies.keys()]).to.deep.equal(['glassdome_session']);
    const session = (await browser.send('GET', '/api/auth/session')).body;
    expect(session).to.include({ principal: 'company:anna-1', name: 'anna', role: 'architect' });
    const body = { name: 'Of Anna', service_type: 'other', fields: { value: 'hers' } };
    const made = await browser.send('POST', '/api/credentials', body);
    expect([made.status, made.body.owner]).to.deep.equal([201, 'company:anna-1']);
    const { items } = (await broker.call(broker.admin.token, 'GET', '/api/users')).body;
    expect(items.find((p: { principal: string }) => p.principal === 'company:anna-1')).to.include({
      username: 'company:anna-1',
      name: 'anna',
      issuer: 'company',
      role: 'architect',
      disabled: false,
      must_change_password: false,
    });
    const trail = `/api/audit?action=auth.login&actor=${encodeURIComponent('company:anna-1')}`;
    const audited = (await broker.call(broker.admin.token, 'GET', trail)).body.items[0];
    expect(audited).to.deep.include({
      outcome: 'allowed',
      details: { client: 'web', issuer: 'company', role: 'architect' },
    });
  });

  it('takes the role that the issuer gives now, also in a session from before', async () => {
    const before = await logIn({ ...ANNA, sub: 'bea', groups: ['root'] });
    const roleIn = async (browser: Browser) => (await browser.send('GET', '/api/auth/session')).body.role;
    expect(await roleIn(before.browser)).to.equal('admin');
    const after = await logIn({ ...ANNA, sub: 'bea', groups: ['staff'] });
    expect([await roleIn(after.browser), await roleIn(before.browser)]).to.deep.equal([
      'engineer',
      'engineer',
    ]);
  });

  it('takes names and groups from the UserInfo endpoint where the ID token lacks them', async () => {
    const info = { name: 'Carl C.', groups: ['staff'], email: 'carl@lab.example', email_verified: true };
    const { browser } = await logIn({ sub: 'carl', info });
    const session = (await browser.send('GET', '/api/auth/session')).body;
    expect(session).to.include({ principal: 'company:carl', name: 'Carl C.', role: 'engineer' });
    refusedAs(await logIn({ sub: 'dan', info: { sub: 'carl', groups: ['root'] } }), 'rejected');
    const signed = await logIn({ sub: 'eve', groups: ['staff'], info: { groups: ['root'], iss: 'x' } });
    expect((await signed.browser.send('GET', '/api/auth/session')).body.role).to.equal('engineer');
  });

  it('is of its own issuer: two people of the same subject are two', async () => {
    const browser = openBrowser(broker.url);
    const back = partner.logIn(await begin(browser, 'partner', '/'), { sub: 'anna-1', groups: ['root'] });
    expect((await go(browser, pathOf(back))).headers.get('location')).to.equal('/');
    const session = (await browser.send('GET', '/api/auth/session')).body;
    // No map: the default role, whatever the groups are called.
    expect(session).to.include({ principal: 'partner:anna-1', name: 'anna-1', role: 'observer' });
  });

  it('gives no access to people without a role, and to those who are disabled, at once', async () => {
    for (const groups of [[], ['visitors'], 'visitors', undefined, [['platform']], { platform: true }])
      refusedAs(await logIn({ sub: 'visitor', name: 'V', groups }), 'no_access', JSON.stringify(groups));
    const trail = `/api/audit?action=auth.login&actor=${encodeURIComponent('company:visitor')}`;
    const { items } = (await broker.call(broker.admin.token, 'GET', trail)).body;
    expect(items[0]).to.deep.include({ outcome: 'denied', code: 'forbidden' });
    expect(items[0].details).to.deep.equal({ client: 'web', issuer: 'company', reason: 'no_role' });
    const fay = { ...ANNA, sub: 'fay' };
    const { browser } = await logIn(fay);
    const at = '/api/principals/company:fay';
    expect((await broker.call(broker.admin.token, 'PATCH', at, { disabled: true })).status).to.equal(200);
    expect((await browser.send('GET', '/api/auth/session')).status).to.equal(401);
    refusedAs(await logIn(fay), 'no_access');
    const listed = (await broker.call(broker.admin.token, 'GET', '/api/users')).body.items;
    expect(listed.find((p: { principal: string }) => p.principal === 'company:fay').disabled).to.equal(true);
    await broker.call(broker.admin.token, 'PATCH', at, { disabled: false });
    expect((await logIn(fay)).headers.get('location')).to.equal('/credentials?q=a');
  });

  it('leaves no password to set, change or reset', async () => {
    const { browser } = await logIn();
    const change = { current_password: 'x', new_password: 'long-enough-and-new' };
    const answer = await browser.send('POST', '/api/auth/password', change);
    expect([answer.status, answer.body.code]).to.deep.equal([403, 'forbidden']);
    const reset = '/api/users/company:anna-1/reset-password';
    expect((await broker.call(broker.admin.token, 'POST', reset)).status).to.equal(404);
    for (const username of ['company:anna-1', 'anna-1', 'anna']) {
      const body = { username, password: '' };
      expect((await broker.call(null, 'POST', '/api/auth/login', body)).status).to.equal(401);
    }
  });

  it('counts once, in the browser and for the issuer that it was begun with', async () => {
    const { back, browser } = await logIn();
    const stolen = openBrowser(broker.url);
    refusedAs({ browser: stolen, back, ...(await go(stolen, pathOf(back))) }, 'login_expired', 'no flow');
    expect((await browser.send('GET', '/api/auth/session')).status).to.equal(200);
    refusedAs(
      await logIn(ANNA, (path) => path.replace(/state=[^&]{8}/, 'state=AAAAAAAA')),
      'login_expired',
      'wrong state',
    );
    refusedAs(await logIn(ANNA, (path) => path.replace(/state=[^&]+&/, '')), 'login_expired', 'no state');
    refusedAs(await logIn(ANNA, (path) => path.replace('/company/', '/partner/')), 'login_expired', 'mix-up');
    // The whole of it again: cookie, state and even a fresh code.
    const again = openBrowser(broker.url);
    const address = await begin(again);
    const flow = new Map(again.cookies);
    await go(again, pathOf(company.logIn(address, ANNA)));
    again.cookies.clear();
    for (const [name, value] of flow) again.cookies.set(name, value);
    const path = pathOf(company.logIn(address, ANNA));
    refusedAs({ browser: again, back, ...(await go(again, path)) }, 'login_expired', 'used before');
  });

  it('can not be begun by a cookie that somebody made', async () => {
    const browser = openBrowser(broker.url);
    const back = pathOf(company.logIn(await begin(browser), ANNA));
    const [text = '', hmac = ''] = (browser.cookies.get('glassdome_oidc') ?? '').split('.');
    const flow = JSON.parse(Buffer.from(text, 'base64url').toString());
    const forge = (change: object) =>
      Buffer.from(JSON.stringify({ ...flow, ...change })).toString('base64url');
    const late = forge({ endsAt: flow.endsAt + 60_000_000 });
    for (const value of [`${late}.${hmac}`, `${late}.`, late, `${text}.vault:v1:AAAA`, 'a.b', '%00.x']) {
      browser.cookies.set('glassdome_oidc', value);
      refusedAs({ browser, back, ...(await go(browser, back)) }, 'login_expired', value);
    }
  });

  it('is not taken from a token that is not right', async () => {
    const other = newKey('RS256');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const twists: Record<string, OidcIssuerSim['twist']> = {
      'another nonce': { claims: { nonce: 'of another login' } },
      'another client': { claims: { aud: 'another client' } },
      'another issuer': { claims: { iss: partner.issuer } },
      expired: { claims: { exp: now - 120, iat: now - 300 } },
      'another key': { key: other.privateKey },
      'a key id that nobody has': { header: { kid: 'unknown' } },
      'no signature': { token: (header, claims) => `${part({ ...header, alg: 'none' })}.${part(claims)}.` },
      'another algorithm': { header: { alg: 'RS512' } },
      'no token': { token: () => '' },
      'a subject that would be two': { claims: { sub: 'a b\nc' } },
      'no subject': { claims: { sub: undefined } },
    };
    for (const [why, twist] of Object.entries(twists)) {
      company.twist = twist;
      refusedAs(await logIn(), 'rejected', why);
    }
    company.twist = {};
    refusedAs(await logIn(ANNA, (path) => path.replace(/code=[^&]+/, 'code=of-another-client')), 'rejected');
    refusedAs(
      await logIn(ANNA, (path) => `${path}&iss=${encodeURIComponent(partner.issuer)}`),
      'rejected',
      'iss',
    );
    const named = await logIn(ANNA, (path) => `${path}&iss=${encodeURIComponent(company.issuer)}`);
    expect(named.headers.get('location')).to.equal('/credentials?q=a');
  });

  it('asks for keys no more often than it must, whatever tokens name', async () => {
    await logIn();
    const asked = () => company.listener.requests.filter(({ url }) => url === '/keys').length;
    const before = asked();
    for (let tries = 0; tries < 5; tries += 1) {
      company.twist = { header: { kid: `made-up-${tries}` } };
      await logIn();
    }
    expect(asked() - before).to.be.at.most(1);
  });

  it('says when the issuer or the person said no, and nothing of what the issuer wrote', async () => {
    const denied = (error: string) => (path: string) => path.replace(/code=[^&]+/, `error=${error}`);
    refusedAs(await logIn(ANNA, denied('access_denied')), 'cancelled');
    const evil = '%3Cscript%3E&error_description=%3Cscript%3E';
    const answer = await logIn(ANNA, denied(evil));
    refusedAs(answer, 'rejected');
    expect(answer.headers.get('location')).to.not.contain('script');
  });

  it('follows no redirect, and waits for no answer without end', async () => {
    const elsewhere = (_: unknown, response: import('node:http').ServerResponse) =>
      void response.writeHead(307, { location: `${partner.issuer}/token` }).end('{}');
    const asked = () => partner.listener.requests.filter(({ url }) => url === '/token').length;
    const before = asked();
    company.broken.set('/token', elsewhere);
    refusedAs(await logIn(), 'rejected');
    expect(asked()).to.equal(before);
    company.broken.set('/token', (_, response) => void response.end('x'.repeat(400_000)));
    refusedAs(await logIn(), 'issuer_unavailable', 'too large');
    company.broken.set('/token', (_, response) => void response.end('<html>'));
    refusedAs(await logIn(), 'issuer_unavailable', 'no JSON');
    company.broken.set('/token', (request) => void request.socket.destroy());
    refusedAs(await logIn(), 'issuer_unavailable', 'cut off');
  });

  it('returns to a path of the page only', async () => {
    for (const path of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'credentials',
      '/a\nb',
      '',
    ])
      expect(
        (
          await go(
            openBrowser(broker.url),
            `/api/auth/oidc/company/start?return_to=${encodeURIComponent(path)}`,
          )
        ).status,
        path,
      ).to.equal(400);
    expect((await go(openBrowser(broker.url), '/api/auth/oidc/nobody/start')).status).to.equal(404);
    expect((await go(openBrowser(broker.url), '/api/auth/oidc/local/start')).status).to.equal(404);
    // A host that a request only claims to have come to.
    const forged = await fetch(`${broker.url}/api/auth/oidc/company/start`, {
      headers: { host: 'evil.example' },
      redirect: 'manual',
    });
    expect(forged.headers.get('location') ?? '').to.not.contain('evil.example');
  });

  it('leaves no secret of the flow in the tables', async () => {
    const browser = openBrowser(broker.url);
    const address = await begin(browser);
    const [text = ''] = (browser.cookies.get('glassdome_oidc') ?? '').split('.');
    const flow = JSON.parse(Buffer.from(text, 'base64url').toString());
    const back = company.logIn(address, ANNA);
    await go(browser, pathOf(back));
    const code = new URL(back).searchParams.get('code') ?? '';
    const session = browser.cookies.get('glassdome_session') ?? '';
    expect(session).to.match(/^gdr_/);
    const { rows: found } = await rows.query(
      `select row_to_json(s)::text as text from broker.sessions s
       union all select row_to_json(a)::text from broker.audit_events a
       union all select row_to_json(u)::text from broker.used_once u
       union all select row_to_json(p)::text from broker.people p`,
    );
    expect(found.length).to.be.above(10);
    for (const secret of [code, session.slice(-43), flow.state, flow.nonce, flow.verifier])
      expect(found.filter((row) => row.text.includes(secret))).to.deep.equal([]);
  });

  it('names a Vault that is away as such', async () => {
    const browser = openBrowser(broker.url);
    const back = pathOf(company.logIn(await begin(browser), ANNA));
    await broker.vault.seal();
    try {
      refusedAs({ browser, back, ...(await go(browser, back)) }, 'unavailable');
      const { status, headers } = await go(openBrowser(broker.url), '/api/auth/oidc/company/start');
      expect([status, errorIn(headers)]).to.deep.equal([302, 'unavailable']);
    } finally {
      await broker.vault.unseal();
    }
  });
});
