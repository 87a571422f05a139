import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { loadConfig } from '../../../src/config/config.js';
import { Secret } from '../../../src/domain/secret.js';
import { createFirstAdmin } from '../../../src/usecases/people/users.js';
import { wire } from '../../../src/wire.js';
import { type OidcIssuerSim, startOidcIssuer } from '../../simulators/oidcIssuer.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { type Browser, openBrowser } from '../../support/broker/browser.js';
import { callbackOf, type OidcFile, oidcFile } from '../../support/broker/oidcFile.js';

const VERIFIER = 'v'.repeat(43);

/** A balancer sends each request to whichever broker it likes: no login may need the same one twice. */
describe('logins at two brokers', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let one: BrokerProcess;
  let two: BrokerProcess;
  let company: OidcIssuerSim;
  let file: OidcFile;

  before(async () => {
    parts = await startBrokerParts();
    const publicUrl = `http://127.0.0.1:${parts.env['BROKER_PORT']}`;
    company = await startOidcIssuer([callbackOf(publicUrl, 'company')]);
    const { issuer, clientId: client_id, clientSecret } = company;
    file = oidcFile([{ alias: 'company', issuer, client_id, clientSecret, default_role: 'engineer' }]);
    Object.assign(parts.env, { OIDC_ISSUERS_FILE: file.path, PUBLIC_URL: publicUrl });
    const system = await wire(loadConfig(parts.env));
    await createFirstAdmin(system.ports, { username: 'root', password: new Secret('one-time-password') });
    await system.close();
    one = await startBrokerProcess(parts);
    const env = { ...parts.env, BROKER_PORT: String(await freePort()) };
    two = await startBrokerProcess({ ...parts, env });
  });
  after(async () => {
    await one.kill('SIGTERM');
    await two.kill('SIGTERM');
    await company.close();
    file.remove();
    await parts.stop();
  });

  /** The same browser, as each of them sees it: the page is at the public address. */
  const atBoth = (): [Browser, Browser] => {
    const [first, second] = [openBrowser(one.base), openBrowser(two.base)];
    Object.assign(second, { cookies: first.cookies });
    const send: Browser['send'] = (method, path, body, headers = {}) => {
      const cookie = [...first.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      return openBrowser(two.base).send(method, path, body, { origin: one.base, cookie, ...headers });
    };
    return [first, { ...second, send }];
  };

  it('go on at the other one: a one-time password, a code for the command line, and the end', async () => {
    const [here, there] = atBoth();
    expect((await here.signIn('root', 'one-time-password')).body.must_change_password).to.equal(true);
    expect((await there.send('GET', '/api/users')).body.code).to.equal('password_change_required');
    const change = { current_password: 'one-time-password', new_password: 'long-enough-root' };
    expect((await here.send('POST', '/api/auth/password', change)).status).to.equal(204);
    expect((await there.send('GET', '/api/users')).status, 'at once').to.equal(200);
    const code_challenge = createHash('sha256').update(VERIFIER).digest('base64url');
    const { code } = (
      await there.send('POST', '/api/auth/cli-codes', { code_challenge, redirect_port: 50_000 })
    ).body;
    const trade = { grant_type: 'authorization_code', code, code_verifier: VERIFIER };
    const both = await Promise.all(
      [one, two, one, two].map(({ base }) =>
        fetch(`${base}/api/auth/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(trade),
        }),
      ),
    );
    expect(both.map(({ status }) => status).sort(), 'once at all').to.deep.equal([200, 401, 401, 401]);
    expect((await there.send('DELETE', '/api/auth/session')).status).to.equal(204);
    expect((await here.send('GET', '/api/auth/me')).status, 'at once').to.equal(401);
  });

  it('with an issuer begin at one and end at the other, once at all', async () => {
    const [here, there] = atBoth();
    const headers = { 'x-client': '', origin: '', 'sec-fetch-site': 'cross-site' };
    const begun = await here.send('GET', '/api/auth/oidc/company/start', undefined, headers);
    const flow = here.cookies.get('glassdome_oidc') ?? '';
    const back = () => {
      const address = company.logIn(begun.headers.get('location') ?? '', { sub: 'ines', name: 'Ines' });
      return address.slice(one.base.length);
    };
    const cookie = `glassdome_oidc=${flow}`;
    const answers = await Promise.all(
      [there, here, there, here].map((browser) =>
        browser.send('GET', back(), undefined, { ...headers, cookie }),
      ),
    );
    const places = answers.map((answer) => answer.headers.get('location')?.replace(/&.*/, '')).sort();
    expect(places).to.deep.equal(['/', ...Array(3).fill('/login?error=login_expired')]);
  });
});
