import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { Provider } from 'oidc-provider';
import { freePort } from '../../../local/process/child.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { type Browser, openBrowser } from '../../support/broker/browser.js';
import { callbackOf, type ListedIssuer, type OidcFile, oidcFile } from '../../support/broker/oidcFile.js';
import { startPrivateVault, type TestVault } from '../../support/broker/parts.js';

const NAVIGATES = { 'x-client': '', origin: '', 'sec-fetch-site': 'cross-site', 'content-type': '' };

/** Two issuers of others, configured as their manuals say: Vault's own OIDC provider, and the certified oidc-provider. */
describe('a login with a real issuer', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let vault: TestVault;
  let other: { server: Server; issuer: string };
  let file: OidcFile;

  before(async () => {
    const [port, otherPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    vault = await startPrivateVault();
    other = await startProvider(otherPort, callbackOf(url, 'certified'));
    file = oidcFile([
      await vaultIssuer(vault, 'vault', callbackOf(url, 'vault'), 'RS256'),
      await vaultIssuer(vault, 'vault-ed', callbackOf(url, 'vault-ed'), 'EdDSA'),
      {
        alias: 'certified',
        issuer: other.issuer,
        client_id: 'broker',
        clientSecret: 'a secret of the client',
        scopes: ['openid', 'profile', 'groups'],
        role_map: { platform: 'architect' },
      },
    ]);
    broker = await startBrokerSystem({}, { BROKER_PORT: String(port), OIDC_ISSUERS_FILE: file.path });
  });
  after(async () => {
    await broker.stop();
    other.server.closeAllConnections();
    other.server.close();
    await vault.stop();
    file.remove();
  });

  const go = (browser: Browser, address: string) =>
    browser.send('GET', address.slice(new URL(address).origin.length), undefined, NAVIGATES);
  const begin = async (browser: Browser, alias: string) =>
    (await go(browser, `${broker.url}/api/auth/oidc/${alias}/start?return_to=/x`)).headers.get('location') ??
    '';
  const sessionAfter = async (browser: Browser, back: string) => {
    expect((await go(browser, back)).headers.get('location')).to.equal('/x');
    return (await browser.send('GET', '/api/auth/session')).body;
  };

  for (const alias of ['vault', 'vault-ed']) {
    it(`logs people of Vault in (${alias}), by their groups there`, async () => {
      const browser = openBrowser(broker.url);
      const back = await allowedByVault(vault, await begin(browser, alias), alias);
      const session = await sessionAfter(browser, back);
      expect(session).to.include({ name: 'vera', role: 'engineer' });
      expect(session.principal).to.match(new RegExp(`^${alias}:[0-9a-f-]{36}$`));
      // Vault takes each code once, and only with its verifier.
      const code = new URL(back).searchParams.get('code') ?? '';
      const again = openBrowser(broker.url);
      const fresh = new URL(await allowedByVault(vault, await begin(again, alias), alias));
      fresh.searchParams.set('code', code);
      const refused = await go(again, fresh.href);
      expect(refused.headers.get('location')).to.match(/^\/login\?error=rejected&/);
      const third = openBrowser(broker.url);
      const theirs = new URL(await allowedByVault(vault, await begin(third, alias), alias));
      const swapped = openBrowser(broker.url);
      const mine = new URL(await allowedByVault(vault, await begin(swapped, alias), alias));
      mine.searchParams.set('code', theirs.searchParams.get('code') ?? '');
      expect((await go(swapped, mine.href)).headers.get('location')).to.match(/^\/login\?error=rejected&/);
    });
  }

  it('logs people of a certified provider in, which names itself and gives claims by UserInfo', async () => {
    const browser = openBrowser(broker.url);
    const back = await allowedByProvider(await begin(browser, 'certified'));
    expect(new URL(back).searchParams.get('iss')).to.equal(other.issuer);
    const session = await sessionAfter(browser, back);
    expect(session).to.include({ principal: 'certified:olga', name: 'Olga O.', role: 'architect' });
    const again = openBrowser(broker.url);
    const stripped = new URL(await allowedByProvider(await begin(again, 'certified')));
    stripped.searchParams.delete('iss');
    expect((await go(again, stripped.href)).headers.get('location')).to.match(/^\/login\?error=rejected&/);
  });
});

/** A provider of Vault with one person, whose group gives a role. */
async function vaultIssuer(
  { address, rootToken }: TestVault,
  alias: string,
  redirectUri: string,
  algorithm: string,
): Promise<ListedIssuer> {
  const vault = async (method: string, path: string, body?: object) => {
    const init = { method, headers: { 'x-vault-token': rootToken } };
    const answer = await fetch(
      `${address}/v1/${path}`,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    const text = await answer.text();
    if (!answer.ok && !/already in use/.test(text)) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  await vault('POST', 'sys/auth/people', { type: 'userpass' });
  await vault('POST', 'auth/people/users/vera', { password: 'a password of vault' });
  const { auth } = await vault('POST', 'auth/people/login/vera', { password: 'a password of vault' });
  await vault('POST', 'identity/group/name/platform', { member_entity_ids: [auth.entity_id] });
  const groups = Buffer.from('{"groups": {{identity.entity.groups.names}}}').toString('base64');
  await vault('POST', 'identity/oidc/scope/groups', { template: groups });
  const accessor = (await vault('GET', 'sys/auth')).data['people/'].accessor;
  const user = `{"preferred_username": {{identity.entity.aliases.${accessor}.name}}}`;
  await vault('POST', 'identity/oidc/scope/user', { template: Buffer.from(user).toString('base64') });
  await vault('POST', `identity/oidc/key/${alias}`, { algorithm, allowed_client_ids: '*' });
  await vault('POST', `identity/oidc/client/${alias}`, {
    redirect_uris: [redirectUri],
    assignments: ['allow_all'],
    key: alias,
  });
  const client = (await vault('GET', `identity/oidc/client/${alias}`)).data;
  await vault('POST', `identity/oidc/provider/${alias}`, {
    issuer: address,
    allowed_client_ids: [client.client_id],
    scopes_supported: ['groups', 'user'],
  });
  return {
    alias,
    issuer: `${address}/v1/identity/oidc/provider/${alias}`,
    client_id: client.client_id,
    clientSecret: client.client_secret,
    scopes: ['openid', 'groups', 'user'],
    role_map: { platform: 'engineer' },
    algorithms: [algorithm],
  };
}

/** What Vault's page does once the person has logged in there. */
async function allowedByVault({ address }: TestVault, asked: string, alias: string): Promise<string> {
  const url = new URL(asked);
  expect(url.pathname).to.equal(`/ui/vault/identity/oidc/provider/${alias}/authorize`);
  const body = JSON.stringify({ password: 'a password of vault' });
  const login = await fetch(`${address}/v1/auth/people/login/vera`, { method: 'POST', body });
  const { auth } = (await login.json()) as { auth: { client_token: string } };
  const answer = await fetch(`${address}/v1/identity/oidc/provider/${alias}/authorize${url.search}`, {
    headers: { 'x-vault-token': auth.client_token },
  });
  const told = (await answer.json()) as { code: string; state: string };
  expect(answer.status, JSON.stringify(told)).to.equal(200);
  const back = new URL(url.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', told.code);
  back.searchParams.set('state', told.state);
  return back.href;
}

async function startProvider(port: number, redirectUri: string): Promise<{ server: Server; issuer: string }> {
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'broker', client_secret: 'a secret of the client', redirect_uris: [redirectUri] }],
    scopes: ['openid', 'profile', 'groups'],
    claims: { profile: ['name'], groups: ['groups'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, name: 'Olga O.', groups: ['staff', 'platform'] }),
    }),
  });
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, issuer };
}

/** A person in a browser: follows the provider's redirects, and fills in its forms for name and consent. */
async function allowedByProvider(asked: string): Promise<string> {
  const jar = new Map<string, string>();
  let [address, body] = [asked, undefined as URLSearchParams | undefined];
  for (let steps = 0; steps < 12; steps += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const init = { headers: { cookie }, redirect: 'manual' as const };
    const answer = await fetch(address, body === undefined ? init : { ...init, method: 'POST', body });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next !== null) {
      [address, body] = [new URL(next, address).href, undefined];
      if (address.includes('/api/auth/oidc/')) return address;
      continue;
    }
    const page = await answer.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    if (action === undefined || prompt === undefined)
      throw new Error(`${answer.status} ${page.slice(0, 500)}`);
    address = new URL(action, address).href;
    body = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: 'olga', password: 'any' }) });
  }
  throw new Error('the provider never sent the browser back');
}
