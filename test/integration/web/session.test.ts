import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('a session of the web page', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: Visitor;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    await broker.person('anna', 'engineer');
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  /** As another device of the person does. */
  async function endSessions(): Promise<void> {
    const { token } = await broker.signIn('anna', passwordOf('anna'));
    const { body } = await broker.call(token, 'GET', '/api/auth/sessions');
    for (const { id, client } of body.items)
      if (client === 'web') await broker.call(token, 'DELETE', `/api/auth/sessions/${id}`);
  }

  it('that ends in the middle of a form loses nothing: the request is sent again after the sign-in', async () => {
    const { page } = anna;
    await anna.open('/credentials/new?service=openai');
    await page.getByLabel('Name', { exact: false }).first().fill('OpenAI of the form');
    await page.getByRole('textbox', { name: /key/i }).first().fill('sk-canary-of-the-form');
    await endSessions();
    await page.getByRole('button', { name: 'Save without a test' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await dialog.getByRole('textbox', { name: 'Password' }).fill(passwordOf('anna'));
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'OpenAI of the form' }).waitFor();
    const { body } = await broker.call(broker.admin.token, 'GET', '/api/credentials');
    expect(body.items.map(({ name }: { name: string }) => name)).to.deep.equal(['OpenAI of the form']);
  });

  it('lets a command line on the same machine sign in, once its user allows it', async () => {
    const { page } = anna;
    const server = createServer((_request, response) => response.end('done')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [verifier, state] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64url'));
    const challenge = createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url');
    const port = String((server.address() as AddressInfo).port);
    await anna.open(`/cli-login?${new URLSearchParams({ port, state: state ?? '', challenge })}`);
    await page.getByText('glassdome login --web').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    const asked = once(server, 'request');
    await page.getByRole('button', { name: 'Allow' }).click();
    const [request] = (await asked) as [IncomingMessage];
    const brought = new URL(request.url ?? '', 'http://127.0.0.1').searchParams;
    expect(brought.get('state')).to.equal(state);
    const trade = { grant_type: 'authorization_code', code: brought.get('code'), code_verifier: verifier };
    const { body } = await broker.call(null, 'POST', '/api/auth/token', trade);
    const { body: me } = await broker.call(body.access_token, 'GET', '/api/auth/me');
    expect(me.principal).to.equal('local:anna');
    server.close();
    server.closeAllConnections();
  });

  it('says what to do where the address of a command line is not complete', async () => {
    await anna.open('/cli-login?port=80&state=short');
    await anna.page.getByText('This address is not complete').waitFor();
  });

  it('says why a sign-in with an issuer did not work, in its own words', async () => {
    const stranger = await visit(browser, broker.url);
    await stranger.open('/login?error=no_access&request_id=5f0c1a9e-1');
    await stranger.page.getByText('Ask your administrator for a role').waitFor();
    await stranger.open('/login?error=%3Cscript%3E&request_id=%3Cb%3E');
    await stranger.page.getByText('The sign-in did not work').waitFor();
    expect(stranger.faults).to.deep.equal([]);
  });

  it('breaks no rule of the content security policy but that the command line is at another origin', () => {
    expect(
      anna.faults.filter((fault) => !/^foreign: http:\/\/127\.0\.0\.1:\d+\/(\?|favicon)/.test(fault)),
    ).to.deep.equal([]);
  });
});
