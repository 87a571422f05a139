import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type RequestListener, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { type OidcIssuerSim, startOidcIssuer } from '../../simulators/oidcIssuer.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { callbackOf, type OidcFile, oidcFile } from '../../support/broker/oidcFile.js';
import { type Listener, listen } from '../../support/services/listener.js';
import { skipBecause } from '../../support/skipBecause.js';

interface Report {
  status: number;
  principal: string | undefined;
  /** What scripts see of cookies. */
  visible: string;
  attack: string | null;
}

const html = (response: ServerResponse, script: string) =>
  void response
    .writeHead(200, { 'content-type': 'text/html' })
    .end(`<!doctype html><script>${script}</script>`);

/** Reports who is logged in, then goes to another site that tries to end the login, and reports again. */
const page = (attacker: string) => `(async () => {
  const answer = await fetch('/api/auth/session', { headers: { 'X-Client': 'web' } });
  const { principal } = await answer.json();
  const attack = new URLSearchParams(location.search).get('attack');
  const report = { status: answer.status, principal, visible: document.cookie, attack };
  await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
  if (attack === null) location.href = '${attacker}';
})()`;

const attack = (target: string) => `(async () => {
  const told = [];
  for (const headers of [{ 'X-Client': 'web' }, {}])
    await fetch('${target}/api/auth/session', { method: 'DELETE', credentials: 'include', headers })
      .then((answer) => told.push(answer.status), () => told.push('blocked'));
  await fetch('${target}/api/auth/logout', {
    method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': 'text/plain' }, body: '{}',
  }).catch(() => undefined);
  location.href = '${target}/page?attack=' + told;
})()`;

/**
 * What no other client shows: that a real browser keeps and sends these cookies as the flow needs it, and gives them to no
 * other site. The issuer and the broker are two sites here (127.0.0.1 and localhost).
 */
describe('a login with an issuer in Chromium', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let company: OidcIssuerSim;
  let file: OidcFile;
  let front: Listener;
  let origin: string;
  let profile: string;
  const reports: Report[] = [];
  const chromium = ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path));

  before(async function () {
    if (chromium === undefined) return skipBecause(this, 'no Chromium on PATH');
    const port = await freePort();
    // The page and the API are one origin, as they are in the broker once it has its page.
    const served: RequestListener = (asked, response) => {
      if (asked.url?.startsWith('/page')) return html(response, page(`${company.issuer}/attack`));
      if (asked.url !== '/report') return passOn(asked, response, port);
      let text = '';
      asked.on('data', (chunk) => {
        text += String(chunk);
      });
      asked.on('end', () => {
        reports.push(JSON.parse(text));
        response.end();
      });
    };
    front = await listen(served);
    origin = front.address.replace('127.0.0.1', 'localhost');
    company = await startOidcIssuer([callbackOf(origin, 'company')]);
    company.broken.set('/authorize', (asked, response) => {
      const back = company.logIn(`${company.issuer}${asked.url}`, { sub: 'ines', name: 'Ines' });
      html(response, `location.href = ${JSON.stringify(back)}`);
    });
    company.broken.set('/attack', (_, response) => html(response, attack(origin)));
    const { issuer, clientId: client_id, clientSecret } = company;
    file = oidcFile([{ alias: 'company', issuer, client_id, clientSecret, default_role: 'engineer' }]);
    const env = { BROKER_PORT: String(port), OIDC_ISSUERS_FILE: file.path };
    broker = await startBrokerSystem({ publicOrigin: origin }, env);
    profile = mkdtempSync(join(tmpdir(), 'broker-chromium-'));
  });
  after(async () => {
    if (broker === undefined) return;
    await broker.stop();
    await company.close();
    await front.close();
    file.remove();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('ends at the page with a login that only the page can use', async () => {
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run'];
    const start = `${origin}/api/auth/oidc/company/start?return_to=/page`;
    const child = spawn(chromium ?? '', [...flags, `--user-data-dir=${profile}`, start], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const until = Date.now() + 60_000;
    while (reports.length < 2 && Date.now() < until && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill();
    await gone;
    const ines = { status: 200, principal: 'company:ines', visible: '' };
    expect(reports).to.deep.equal([
      { ...ines, attack: null },
      // One asked first and was refused, one was not let read the answer.
      { ...ines, attack: 'blocked,blocked' },
    ]);
    const cookieOf = (path: string) =>
      front.requests.filter(({ url }) => url.startsWith(path)).map(({ headers }) => headers.cookie ?? '');
    expect(cookieOf('/api/auth/oidc/company/callback')).to.have.length(1);
    expect(cookieOf('/api/auth/oidc/company/callback')[0]).to.match(/^glassdome_oidc=[^;]+$/);
    // Nothing comes along when another site sends the browser here, so the page must be public.
    expect(cookieOf('/page')).to.deep.equal(['', '']);
    expect(cookieOf('/api/auth/session').filter((cookie) => cookie !== '')).to.have.length(2);
    expect(cookieOf('/api/auth/logout')).to.deep.equal(['']);
  });
});

/** As a proxy of one hop does. */
function passOn(asked: Parameters<RequestListener>[0], response: ServerResponse, port: number): void {
  const { method, url, headers } = asked;
  const sent = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => response.destroy());
  asked.pipe(sent);
}
