import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { routes } from '../../../src/http/app.js';
import { type OidcIssuerSim, startOidcIssuer } from '../../simulators/oidcIssuer.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { openBrowser } from '../../support/broker/browser.js';
import { callbackOf, type OidcFile, oidcFile } from '../../support/broker/oidcFile.js';
import { brokenDocuments } from '../../support/cases/brokenDocuments.js';
import { BROKEN_DOTENVS } from '../../support/cases/brokenDotenvs.js';
import { Canaries, everyRow, processList } from '../../support/cases/canaries.js';
import { asTyped, CLEAR_TEXTS } from '../../support/cases/clearTexts.js';
import { heapSnapshot, heapSnapshots } from '../../support/heapSnapshot.js';
import { listen } from '../../support/services/listener.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const NOBODYS = '00000000-0000-4000-8000-000000000000';

interface Seen {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  body: any;
}

/** Unique secrets go through the real program, on good days and bad ones; then they are looked for everywhere. */
describe('a secret', function () {
  this.timeout(240_000);
  const canaries = new Canaries();
  /** Everything that was answered but is not meant to hold a secret: by call, body and headers. */
  const answers = new Map<string, string>();
  /** What an operator gave to the broker: it stays in its memory. */
  const configured = new Canaries();
  let parts: BrokerParts;
  let company: OidcIssuerSim;
  let issuers: OidcFile;
  let broker: BrokerProcess;
  let anna: string;
  let admin: string;
  let rootPassword: string;
  let id: string;

  /** `opens` is set for the few calls that are there to answer a secret. */
  async function send(
    token: string | null,
    call: string,
    body?: unknown,
    more: { headers?: Record<string, string>; opens?: true } = {},
  ): Promise<Seen> {
    const [method = '', path = ''] = call.split(' ');
    const answer = await fetch(`${broker.base}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...more.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const headers = JSON.stringify([...answer.headers]);
    answers.set(`${answers.size} ${call} ${answer.status}`, more.opens ? headers : `${text}\n${headers}`);
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, text, body: isJson ? JSON.parse(text) : null };
  }

  const proxmox = (name: string, value: string) => ({
    name,
    service_type: 'proxmox',
    fields: { host: 'pve.lab', token_name: 'glassdome', token_value: value },
  });

  before(async () => {
    parts = await startBrokerParts();
    const oneTime = canaries.make('one-time');
    const file = join(parts.folder, 'one-time');
    writeFileSync(file, oneTime, { mode: 0o600 });
    const made = spawnSync(
      process.execPath,
      [main, 'create-admin', '--username', 'root', '--password-file', file],
      { env: { PATH: process.env['PATH'], ...parts.env }, encoding: 'utf8' },
    );
    expect(made.status, made.stderr).to.equal(0);
    answers.set('create-admin', made.stdout + made.stderr);
    const callback = callbackOf(`http://127.0.0.1:${parts.env['BROKER_PORT']}`, 'company');
    company = await startOidcIssuer([callback]);
    const { issuer, clientId: client_id } = company;
    const clientSecret = configured.remember('client secret of the broker', company.clientSecret);
    issuers = oidcFile([{ alias: 'company', issuer, client_id, clientSecret, default_role: 'engineer' }]);
    parts.env['OIDC_ISSUERS_FILE'] = issuers.path;
    broker = await startBrokerProcess(parts, 'api', heapSnapshots(parts.folder));
    anna = canaries.remember('token of Glassdome', broker.token(7));
    const password = canaries.make('password');
    rootPassword = password;
    const login = (word: string) =>
      send(null, 'POST /api/auth/login', { username: 'root', password: word }, { opens: true });
    const first = (await login(oneTime)).body;
    const change = { current_password: oneTime, new_password: password };
    expect((await send(first.access_token, 'POST /api/auth/password', change)).status).to.equal(204);
    const { body } = await login(password);
    admin = canaries.remember('access token', body.access_token);
    canaries.remember('refresh token', body.refresh_token);
    canaries.remember('earlier refresh token', first.refresh_token);
  });
  after(async () => {
    await broker.kill('SIGTERM');
    await company.close();
    issuers.remove();
    await parts.stop();
  });

  it('is stored, changed, rotated and read', async () => {
    const made = await send(anna, 'POST /api/credentials', proxmox('Lab', canaries.make('create')), {
      headers: { 'idempotency-key': 'create-1' },
    });
    expect(made.status).to.equal(201);
    id = made.body.id;
    const at = `/api/credentials/${id}`;
    const again = { headers: { 'idempotency-key': 'rotate-1' } };
    const rotated = canaries.make('rotate');
    const env = { env_names: { CANARY_TOKEN: 'token_value' } };
    const update = { fields: { token_value: canaries.make('update') }, ...env };
    expect((await send(anna, `PATCH ${at}`, update)).status).to.equal(200);
    expect(
      (await send(anna, `POST ${at}/rotate`, { fields: { token_value: rotated } }, again)).status,
    ).to.equal(200);
    expect(
      (await send(anna, `POST ${at}/rotate`, { fields: { token_value: rotated } }, again)).status,
    ).to.equal(200);
    const opens = { opens: true } as const;
    expect((await send(anna, `GET ${at}/secret`, undefined, opens)).body.fields.token_value).to.equal(
      rotated,
    );
    const resolved = await send(anna, 'POST /api/credentials/resolve', { items: [{ id }] }, opens);
    expect(resolved.text).to.contain(rotated);
    expect((await send(anna, 'GET /api/environment', undefined, opens)).body.variables.CANARY_TOKEN).to.equal(
      rotated,
    );
    const unchanged = { headers: { 'if-none-match': '"v3"' } };
    expect((await send(anna, `GET ${at}/secret`, undefined, unchanged)).status).to.equal(304);
    const glass = { headers: { 'x-break-glass-reason': 'drill' }, ...opens };
    expect((await send(admin, `GET ${at}/secret`, undefined, glass)).text).to.contain(rotated);
    for (const part of ['', '/versions', '/rotations', '/usage', '/grants'])
      expect((await send(anna, `GET ${at}${part}`)).status).to.equal(200);
    expect((await send(anna, 'GET /api/credentials?q=lab')).status).to.equal(200);
    const bulk = await send(anna, 'POST /api/bulk', { act: 'test', filter: { q: 'lab' } });
    expect([bulk.status, (await send(anna, `GET /api/bulk/${bulk.body.id}`)).status]).to.deep.equal([
      202, 200,
    ]);
  });

  it('is imported from a file and from the old Vault layout', async () => {
    const content = `PROXMOX_HOST=pve2.lab\nPROXMOX_USER=u@pve\nPROXMOX_TOKEN_NAME=t\nPROXMOX_TOKEN_VALUE=${canaries.make('dotenv')}
OPENAI_API_KEY="sk-${canaries.make('quoted')}"\nBROKEN='${canaries.make('unclosed')}\n`;
    for (const dry_run of [true, false])
      expect((await send(anna, 'POST /api/imports/env', { content, dry_run })).status).to.equal(200);
    const vault = (path: string, body: object) =>
      fetch(`${parts.vault.address}/v1/${path}`, {
        method: 'POST',
        headers: { 'X-Vault-Token': parts.vault.rootToken },
        body: JSON.stringify(body),
      });
    await vault('sys/mounts/glassdome', { type: 'kv', options: { version: '2' } });
    const value = `sk-ant-${canaries.make('flat')}`;
    await vault('glassdome/data/anthropic_api_key', { data: { value } });
    const vault_token = canaries.remember('token of Vault', parts.vault.rootToken);
    for (const dry_run of [true, false])
      expect((await send(admin, 'POST /api/imports/vault', { vault_token, dry_run })).status).to.equal(200);
    expect((await send(admin, 'GET /api/environment', undefined, { opens: true })).text).to.contain(value);
    const wrong = { vault_token: canaries.make('vault-token') };
    expect((await send(admin, 'POST /api/imports/vault', wrong)).status).to.equal(400);
  });

  it('is in a request that is refused', async () => {
    const create = 'POST /api/credentials';
    const one = `/api/credentials/${id}`;
    const value = (what: string) => canaries.make(what);
    const good = proxmox('Refused', value('refused'));
    const refused: [number, string, unknown, Record<string, string>?][] = [
      [400, create, { ...good, fields: value('text-for-map') }],
      [400, create, { ...good, fields: { ...good.fields, token_value: { a: value('map-for-text') } } }],
      [400, create, { ...good, unknown_key: value('unknown-key') }],
      [400, create, { ...good, fields: { ...good.fields, token_value: value('long').repeat(900) } }],
      [400, create, { ...good, fields: { ...good.fields, auth_method: value('option') } }],
      [400, create, { ...good, service_type: value('type') }],
      [400, create, { ...good, fields: { ...good.fields, verify_ssl: value('flag') } }],
      [400, create, `{"name":"x","fields":{"token_value":"${value('malformed')}`],
      [400, create, [value('list')]],
      [413, create, { ...good, description: value('large').repeat(12_000) }],
      [415, create, `fields=${value('form')}`, { 'content-type': 'application/x-www-form-urlencoded' }],
      [415, create, value('plain'), { 'content-type': 'text/plain' }],
      [409, create, proxmox('Lab', value('name-taken'))],
      [422, create, proxmox('Other', value('other-request')), { 'idempotency-key': 'create-1' }],
      [404, `PATCH /api/credentials/${NOBODYS}`, { fields: { token_value: value('not-there') } }],
      [412, `PATCH ${one}`, { fields: { token_value: value('old-revision') } }, { 'if-match': '"1"' }],
      [400, `POST ${one}/rotate`, { fields: { no_such_field: value('no-field') } }],
      [400, `PATCH ${one}`, { fields: { token_value: value('env') }, env_names: { X: 'nothing' } }],
      [401, 'POST /api/auth/login', { username: 'root', password: value('wrong-password') }],
      [401, 'POST /api/auth/login', { username: value('password-as-name'), password: 'x' }],
      [400, 'POST /api/auth/login', { username: 'root', password: value('long-password').repeat(20) }],
      [400, 'POST /api/auth/login', `{"username":"root","password":"${value('malformed-login')}`],
      [400, 'POST /api/auth/password', { current_password: value('present'), new_password: value('next') }],
      [401, 'POST /api/auth/token', { grant_type: 'refresh_token', refresh_token: value('refresh') }],
      [400, 'POST /api/auth/token', { grant_type: value('grant-type') }],
    ];
    for (const [status, call, body, headers = {}] of refused) {
      const caller = call.startsWith('POST /api/auth/password') ? admin : anna;
      const seen = await send(caller, call, body, { headers });
      expect([call, seen.status, seen.body?.code, seen.text.slice(0, 300)]).to.deep.include(status);
    }
    expect((await send(value('bearer'), 'GET /api/credentials')).status).to.equal(401);
    expect(
      (await send(null, `GET /api/credentials?access_token=${value('in-the-address')}`)).status,
    ).to.equal(401);
  });

  it('is in a file that is imported and cannot be read', async () => {
    for (const [index, { what, text, secrets }] of BROKEN_DOTENVS.entries()) {
      const mark = `${canaries.make('broken')}-`;
      for (const secret of secrets.filter((one) => one.length >= 16 && !one.includes('{MARK}')))
        if (secret !== 'client-key-data') canaries.remember(what, secret);
      const content = text.replaceAll('{MARK}', mark);
      for (const dry_run of [true, false]) {
        const again = { headers: { 'idempotency-key': `broken-${index}-${dry_run}` } };
        for (let times = 0; times < 2; times += 1)
          expect(
            (await send(anna, 'POST /api/imports/env', { content, dry_run }, again)).status,
            what,
          ).to.equal(200);
      }
    }
  });

  it('is in a document that is pasted and cannot be read', async () => {
    for (const [index, body] of brokenDocuments(canaries.make('pasted')).entries()) {
      const { status } = await send(anna, 'POST /api/credentials/test', body);
      expect(status, `${index} ${body.service_type}`).to.be.oneOf([200, 400]);
      const named = { ...body, name: `pasted ${index}`, test: 'warn' };
      expect((await send(anna, 'POST /api/credentials', named)).status).to.be.oneOf([201, 400]);
    }
  });

  it('is typed where everybody may read it', async () => {
    for (const { what, call, body, headers, admin: onlyAdmin } of CLEAR_TEXTS)
      for (const text of asTyped(canaries.make(what.replaceAll(/[^A-Za-z]/g, '-')))) {
        const more = headers === undefined ? {} : { headers: headers(text) };
        const seen = await send(onlyAdmin ? admin : anna, call.replace('{id}', id), body?.(text), more);
        expect([what, text, seen.status, seen.body?.code]).to.deep.equal([
          what,
          text,
          400,
          'invalid_request',
        ]);
      }
  });

  it('comes under a wrong content type, or none', async () => {
    const types = [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/json; charset=latin1',
      '',
    ];
    for (const { method, path, body, auth } of routes.filter((one) => one.body !== undefined)) {
      const call = `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, id)}`;
      for (const type of types) {
        const text = JSON.stringify({
          name: 'x',
          password: canaries.make('type'),
          [canaries.make('key')]: 1,
        });
        const seen = await send(auth === 'none' ? null : anna, call, text, {
          headers: { 'content-type': type },
        });
        const isForm = path === '/api/auth/token' && type.includes('urlencoded');
        expect([call, type, seen.status, body === undefined]).to.deep.equal([
          call,
          type,
          isForm ? 400 : 415,
          false,
        ]);
      }
    }
  });

  it("is a service account's", async () => {
    const opens = { opens: true } as const;
    const made = await send(anna, 'POST /api/service-accounts', { name: 'robot' }, opens);
    const { client_id, client_secret } = made.body;
    const ask = { grant_type: 'client_credentials', client_id };
    const right = { ...ask, client_secret: canaries.remember('client secret', client_secret) };
    const token = await send(null, 'POST /api/auth/token', right, opens);
    canaries.remember('token of a service account', token.body.access_token);
    const wrong = { ...ask, client_secret: canaries.make('client-secret') };
    expect((await send(null, 'POST /api/auth/token', wrong)).status).to.equal(401);
    const reset = await send(anna, `POST /api/service-accounts/${client_id}/reset-secret`, undefined, opens);
    canaries.remember('new client secret', reset.body.client_secret);
    const user = await send(admin, 'POST /api/users', { username: 'eve', role: 'engineer' }, opens);
    canaries.remember('one-time password', user.body.one_time_password);
    expect((await send(admin, 'GET /api/users')).status).to.equal(200);
    expect((await send(anna, 'GET /api/service-accounts')).status).to.equal(200);
  });

  it('is the cookie of a browser, and the code of a command line', async () => {
    const browser = openBrowser(broker.base);
    const told = async (call: string, body?: unknown, headers: Record<string, string> = {}) => {
      const [method = '', path = ''] = call.split(' ');
      const seen = await browser.send(method, path, body, headers);
      answers.set(`${answers.size} ${call} by cookie`, JSON.stringify(seen.body));
      return seen;
    };
    expect((await browser.signIn('root', canaries.make('browser-password'))).status).to.equal(401);
    expect((await browser.signIn('root', rootPassword)).status).to.equal(200);
    const cookie = canaries.remember('cookie', browser.cookies.get('glassdome_session') ?? '');
    canaries.remember('secret in the cookie', cookie.slice(-43));
    expect((await told('GET /api/auth/session')).status).to.equal(200);
    expect((await told('GET /api/auth/session', undefined, { 'x-client': '' })).status).to.equal(401);
    expect((await told('GET /api/auth/sessions')).status).to.equal(200);
    const verifier = `${canaries.make('verifier')}-${'x'.repeat(20)}`;
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const wanted = { code_challenge, redirect_port: 50_000 };
    const { code } = (await browser.send('POST', '/api/auth/cli-codes', wanted)).body;
    canaries.remember('code of a command line', code.slice(-43));
    const trade = { grant_type: 'authorization_code', code, code_verifier: verifier };
    const { body } = await send(null, 'POST /api/auth/token', trade, { opens: true });
    canaries.remember('token by a code', body.access_token);
    canaries.remember('refresh token by a code', body.refresh_token);
    for (const wrong of [trade, { ...trade, code: canaries.make('code') }])
      expect((await send(null, 'POST /api/auth/token', wrong)).status).to.equal(401);
  });

  it('is of a login with an issuer', async () => {
    const browser = openBrowser(broker.base);
    const go = async (path: string) => {
      const headers = { 'x-client': '', origin: '', 'sec-fetch-site': 'cross-site' };
      const seen = await browser.send('GET', path, undefined, headers);
      expect(seen.status).to.be.oneOf([302, 303]);
      return seen.headers.get('location') ?? '';
    };
    const person = {
      sub: 'ines',
      name: 'Ines',
      id_secret: canaries.make('claim'),
      info: { x: canaries.make('info') },
    };
    const path = (address: string) => address.slice(broker.base.length);
    const begin = () => go('/api/auth/oidc/company/start');
    const back = new URL(company.logIn(await begin(), person));
    for (const name of ['code', 'state']) canaries.remember(name, back.searchParams.get(name) ?? '');
    const [text = ''] = (browser.cookies.get('glassdome_oidc') ?? '').split('.');
    const flow = JSON.parse(Buffer.from(text, 'base64url').toString());
    for (const name of ['nonce', 'verifier']) canaries.remember(name, flow[name]);
    expect(await go(path(back.href))).to.equal('/');
    canaries.remember('cookie of Ines', browser.cookies.get('glassdome_session')?.slice(-43) ?? 'none');
    expect((await browser.send('GET', '/api/auth/session')).body.principal).to.equal('company:ines');
    for (const change of ['code', 'error', 'iss', 'state']) {
      const wrong = new URL(company.logIn(await begin(), person));
      if (change === 'error') wrong.searchParams.delete('code');
      wrong.searchParams.set(change, canaries.make(change));
      wrong.searchParams.set('error_description', canaries.make('description'));
      answers.set(`callback ${change}`, await go(path(wrong.href)));
    }
  });

  it('is tested against a host that says back all that it hears', async () => {
    const echo = await listen((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk as Buffer));
      request.on('end', () => {
        const heard = `${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString()}`;
        const said = heard.replace(/^.*(?=canary-)|[^ -~]/gs, '').slice(0, 800);
        // A host that answers strangers as another product would is sent nothing.
        if (!heard.includes('canary-')) {
          response.writeHead(401).end();
          return;
        }
        response.writeHead(200, said, { 'content-type': 'application/json', 'openai-organization': said });
        response.end(JSON.stringify({ data: [{ id: said }], version: said, database: said }));
      });
    });
    const { host } = new URL(echo.address);
    const fields = { host, token_name: 'glassdome', token_value: canaries.make('tested') };
    const model = { api_key: canaries.make('model'), base_url: echo.address };
    const plain = {
      service_type: 'grafana',
      fields: { base_url: echo.address, token: canaries.make('grafana') },
    };
    const open = {
      service_type: 'other',
      fields: {
        key: canaries.make('declared'),
        test_url: `${echo.address}/`,
        test_headers: 'X-Key: {key}',
        test_status: '299',
      },
    };
    for (const body of [
      { service_type: 'proxmox', fields },
      plain,
      open,
      { service_type: 'openai', fields: model },
    ])
      expect((await send(anna, 'POST /api/credentials/test', body)).status).to.equal(200);
    const kept = { name: 'Echo', service_type: 'openai', fields: model, test: 'warn' };
    const stored = await send(anna, 'POST /api/credentials', kept);
    expect(stored.status).to.equal(201);
    for (const path of ['test', 'tests'])
      await send(anna, `${path === 'test' ? 'POST' : 'GET'} /api/credentials/${stored.body.id}/${path}`);
    const required = { ...proxmox('Never', canaries.make('required')), test: 'required' };
    expect((await send(anna, 'POST /api/credentials', required)).status).to.equal(422);
    expect(canaries.in(JSON.stringify(echo.requests)), 'the host heard them').to.have.length.above(1);
    await echo.close();
  });

  it('is on its way while Vault is sealed', async () => {
    await parts.vault.seal();
    const at = `/api/credentials/${id}`;
    const later = { headers: { 'idempotency-key': 'sealed-1' } };
    const statuses = [
      await send(anna, 'POST /api/credentials', proxmox('Sealed', canaries.make('sealed')), later),
      await send(anna, `PATCH ${at}`, { fields: { token_value: canaries.make('sealed-update') } }),
      await send(anna, `POST ${at}/rotate`, { fields: { token_value: canaries.make('sealed-rotate') } }),
      await send(anna, `GET ${at}/secret`),
      await send(null, 'POST /api/auth/login', {
        username: 'root',
        password: canaries.make('sealed-password'),
      }),
    ].map(({ status }) => status);
    expect(statuses).to.deep.equal([503, 503, 503, 503, 503]);
    await parts.vault.unseal();
  });

  it('stands nowhere afterwards but in Vault', async () => {
    for (const path of ['/metrics', '/openapi.json', '/docs', '/readyz']) await send(null, `GET ${path}`);
    for (let page = '/api/audit?limit=200'; page !== ''; ) {
      const { body } = await send(admin, `GET ${page}`);
      page = body.next_cursor === null ? '' : `/api/audit?limit=200&cursor=${body.next_cursor}`;
    }
    const rows = await everyRow(parts.database.ownerUrl);
    const places = new Map([
      ...answers,
      ...rows,
      ...processList(broker.child.pid ?? 0),
      ['what the program printed', broker.output()],
    ]);
    const found = [...places].flatMap(([place, text]) =>
      [...canaries.in(text), ...configured.in(text)].map((what) => `${place}: ${what}`),
    );
    expect(found).to.deep.equal([]);
    // The search sees what is there.
    expect(rows.get('broker.credentials')).to.contain('pve.lab');
    expect([...rows.values()].join()).to.contain('local:root');
    expect(broker.output()).to.contain('started');
    const control = `a ${canaries.make('control')} b`;
    for (const coding of ['utf8', 'base64', 'hex'] as const)
      expect(canaries.in(Buffer.from(control).toString(coding))).to.have.length(1);
  });

  it('is forgotten by the program, too, once nobody asks', async () => {
    expect((await send(anna, `GET /api/credentials/${id}`)).status).to.equal(200);
    const heap = await heapSnapshot(broker.child, parts.folder);
    expect(heap, 'the search sees what is there').to.contain('broker.credentials');
    expect(canaries.in(heap)).to.deep.equal([]);
  });
});
