import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { provisionVault } from '../../../local/provision.js';
import { loadConfig } from '../../../src/config/config.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { Secret } from '../../../src/domain/secret.js';
import { createApp, routes } from '../../../src/http/app.js';
import { listen } from '../../../src/http/server/server.js';
import { createFirstAdmin } from '../../../src/usecases/people/users.js';
import { type System, wire } from '../../../src/wire.js';
import {
  startPrivateVault,
  type TestDatabase,
  type TestVault,
  testPostgres,
} from '../../support/broker/parts.js';
import { holdToDocument } from '../../support/documented.js';

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  body: any;
}

/** The whole broker on real parts, spoken to over HTTP as its clients do. */
describe('the broker over HTTP', function () {
  this.timeout(60_000);
  let system: System;
  let server: Server;
  let database: TestDatabase;
  let vault: TestVault;
  let base: string;
  let folder: string;
  let admin: string;
  let anna: string;
  let ben: string;
  const canary = `canary-${randomBytes(9).toString('hex')}`;

  async function call(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const init: RequestInit = {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const answer = await fetch(`${base}${path}`, init);
    const text = await answer.text();
    const told = text === '' ? null : JSON.parse(text);
    holdToDocument(method, path, answer.status, told);
    return { status: answer.status, body: told };
  }

  async function signIn(username: string, oneTime: string): Promise<string> {
    const password = `long-enough-${username}`;
    const first = await call(null, 'POST', '/api/auth/login', { username, password: oneTime });
    expect(first.body.must_change_password).to.equal(true);
    await call(first.body.access_token, 'POST', '/api/auth/password', {
      current_password: oneTime,
      new_password: password,
    });
    const { body } = await call(null, 'POST', '/api/auth/login', { username, password });
    return body.access_token as string;
  }

  async function person(username: string, role: string): Promise<string> {
    const made = await call(admin, 'POST', '/api/users', { username, role });
    return signIn(username, made.body.one_time_password);
  }

  const proxmox = (name: string) => ({
    name,
    service_type: 'proxmox',
    fields: { host: 'pve.lab', token_name: 'glassdome', token_value: canary },
  });
  const create = async (token: string, body: object) =>
    (await call(token, 'POST', '/api/credentials', body)).body;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'broker-api-'));
    database = await (await testPostgres()).freshDatabase();
    vault = await startPrivateVault();
    const logins = await provisionVault(vault.address, vault.rootToken, folder, () => undefined);
    const config = loadConfig({
      BROKER_PORT: String(await freePort()),
      DATABASE_URL: database.appUrl,
      VAULT_ADDR: vault.address,
      VAULT_ROLE_ID: logins.api.roleId,
      VAULT_SECRET_ID_FILE: logins.api.secretIdFile,
      VAULT_USERS_ROLE_ID: logins.users.roleId,
      VAULT_USERS_SECRET_ID_FILE: logins.users.secretIdFile,
      VAULT_RECONCILER_ROLE_ID: logins.reconciler.roleId,
      VAULT_RECONCILER_SECRET_ID_FILE: logins.reconciler.secretIdFile,
      LOG_LEVEL: 'error',
    });
    system = await wire(config);
    const life = { stopping: false, startedOnce: false };
    server = await listen(
      createApp({ ...system, life, version: 'test', trustedProxyHops: 0 }),
      config,
      system.ports,
    );
    base = `http://127.0.0.1:${config.BROKER_PORT}`;
    await createFirstAdmin(system.ports, { username: 'admin', password: new Secret('one-time-password') });
    admin = await signIn('admin', 'one-time-password');
    anna = await person('anna', 'engineer');
    ben = await person('ben', 'engineer');
  });

  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await system.close();
    await database.drop();
    await vault.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses every route that is not public without a token', async () => {
    for (const route of routes.filter((r) => r.auth !== 'none')) {
      const path = route.path.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
      const { status, body } = await call(
        null,
        route.method.toUpperCase(),
        path,
        route.method === 'get' ? undefined : {},
      );
      expect([route.path, status, body.code]).to.deep.equal([route.path, 401, 'unauthenticated']);
    }
  });

  it('names every unknown key of every body', async () => {
    for (const route of routes.filter(
      (r) => r.auth === 'token' && r.body !== undefined && !r.path.includes('{'),
    )) {
      const { status, body } = await call(admin, route.method.toUpperCase(), route.path, { no_such_key: 1 });
      expect([route.path, status]).to.deep.equal([route.path, 400]);
      expect(
        body.fields.map((f: { field: string }) => f.field),
        route.path,
      ).to.include('no_such_key');
    }
  });

  it('stores, reads, changes, rotates, rolls back, deletes and restores one credential', async () => {
    const made = await create(anna, proxmox('Life'));
    expect(JSON.stringify(made)).not.to.contain(canary);
    const at = `/api/credentials/${made.id}`;
    expect((await call(anna, 'GET', `${at}/secret`)).body.fields).to.include({
      token_value: canary,
      user: 'root@pam',
      auth_method: 'api_token',
    });
    expect((await call(anna, 'PATCH', at, { fields: { host: 'new-host.com' } })).body.settings.host).to.equal(
      'new-host.com',
    );
    expect(
      (await call(anna, 'POST', `${at}/rotate`, { fields: { token_value: `${canary}-2` } })).body
        .active_version,
    ).to.equal(3);
    const back = await call(anna, 'POST', `${at}/versions/1/activate`);
    expect([back.body.active_version, back.body.settings.host]).to.deep.equal([1, 'pve.lab']);
    expect((await call(anna, 'GET', `${at}/secret`)).body).to.deep.include({ version: 1 });
    expect((await call(anna, 'PATCH', at, { description: 'x' }, { 'if-match': '"1"' })).status).to.equal(412);
    expect((await call(anna, 'DELETE', at)).status).to.equal(200);
    expect((await call(anna, 'GET', `${at}/secret`)).status).to.equal(404);
    expect((await call(anna, 'POST', `${at}/restore`)).body.status).to.equal('active');
    expect((await call(anna, 'GET', `${at}/secret`)).status).to.equal(200);
  });

  it('hides a credential from others, and a grant opens exactly what its level says', async () => {
    const { id } = await create(anna, proxmox('Shared'));
    const at = `/api/credentials/${id}`;
    const tries: [string, string, unknown?][] = [
      ['GET', at],
      ['POST', `${at}/usage`, { success: true }],
      ['GET', `${at}/secret`],
      ['PATCH', at, { description: 'by ben' }],
      ['PUT', `${at}/grants`, { grants: [] }],
    ];
    const statuses = async () => {
      const got: number[] = [];
      for (const [method, path, body] of tries) got.push((await call(ben, method, path, body)).status);
      return got;
    };
    expect(await statuses()).to.deep.equal([404, 404, 404, 404, 404]);
    const grant = (level: string) =>
      call(anna, 'PUT', `${at}/grants`, { grants: [{ subject_kind: 'user', subject: 'local:ben', level }] });
    await grant('use');
    expect(await statuses()).to.deep.equal([200, 204, 403, 403, 403]);
    await grant('read');
    expect(await statuses()).to.deep.equal([200, 204, 200, 403, 403]);
    await grant('manage');
    expect(await statuses()).to.deep.equal([200, 204, 200, 200, 200]);
    expect(await statuses()).to.deep.equal([404, 404, 404, 404, 404]);
  });

  it('lets an admin read what is not his only with a reason, and tells it in the audit trail', async () => {
    const { id } = await create(anna, proxmox('Glass'));
    const at = `/api/credentials/${id}/secret`;
    expect((await call(admin, 'GET', at)).body.code).to.equal('reason_required');
    expect(
      (await call(admin, 'GET', at, undefined, { 'x-break-glass-reason': 'incident 12' })).status,
    ).to.equal(200);
    const trail = await call(admin, 'GET', `/api/audit?credential_id=${id}&action=credential.read`);
    expect(trail.body.items.map((row: { break_glass: boolean }) => row.break_glass)).to.deep.equal([
      true,
      false,
    ]);
    expect(
      (await call(admin, 'POST', '/api/credentials/resolve', { items: [{ id }] })).body.items[0].code,
    ).to.equal('not_found');
  });

  it('shares with a team as the product owner wrote it, and names a team that does not exist', async () => {
    expect(
      (
        await call(admin, 'POST', '/api/credentials', {
          ...proxmox('T'),
          shared: true,
          accessible_by: ['team-red'],
        })
      ).body.detail,
    ).to.contain('team-red');
    await call(admin, 'POST', '/api/teams', { name: 'team-red', members: [{ principal: 'local:ben' }] });
    const { id } = await create(admin, {
      ...proxmox('Team Proxmox'),
      shared: true,
      accessible_by: ['team-red'],
    });
    expect((await call(ben, 'GET', `/api/credentials/${id}/secret`)).status).to.equal(200);
    expect((await call(anna, 'GET', `/api/credentials/${id}/secret`)).status).to.equal(404);
  });

  it('names a service account that does not exist, whatever its id looks like', async () => {
    const { id } = await create(anna, proxmox('Nobody'));
    for (const subject of ['celery', '-'.repeat(36), '00000000-0000-4000-8000-000000000000']) {
      const grants = [{ subject_kind: 'service_account', subject, level: 'read' }];
      const { status, body } = await call(anna, 'PUT', `/api/credentials/${id}/grants`, { grants });
      expect([status, body.code]).to.deep.equal([400, 'invalid_request']);
      expect(body.detail).to.contain(subject);
      const ask = { grant_type: 'client_credentials', client_id: subject, client_secret: 'x' };
      expect((await call(null, 'POST', '/api/auth/token', ask)).status).to.equal(401);
    }
  });

  it('lets an admin join a team only with a reason', async () => {
    const members = { members: [{ principal: 'local:ben' }, { principal: 'local:admin' }] };
    const path = '/api/teams/team-red/members';
    expect((await call(admin, 'PUT', path, members)).body.code).to.equal('reason_required');
    expect(
      (await call(admin, 'PUT', path, members, { 'x-break-glass-reason': 'incident 13' })).status,
    ).to.equal(200);
  });

  it('gives a service account one call for what it was granted, and nothing after it is revoked', async () => {
    const { id } = await create(anna, {
      ...proxmox('For a worker'),
      env_names: { WORKER_TOKEN: 'token_value' },
    });
    const account = (await call(anna, 'POST', '/api/service-accounts', { name: 'celery' })).body;
    const ask = {
      grant_type: 'client_credentials',
      client_id: account.client_id,
      client_secret: account.client_secret,
    };
    const token = (await call(null, 'POST', '/api/auth/token', ask)).body.access_token;
    expect((await call(token, 'GET', '/api/environment')).body.variables).to.deep.equal({});
    await call(anna, 'PUT', `/api/credentials/${id}/grants`, {
      grants: [{ subject_kind: 'service_account', subject: account.id, level: 'read' }],
    });
    expect((await call(token, 'GET', '/api/environment')).body.variables).to.deep.equal({
      WORKER_TOKEN: canary,
    });
    const { items } = (
      await call(token, 'POST', '/api/credentials/resolve', {
        items: [{ env: 'worker_token' }, { name: 'nope' }],
      })
    ).body;
    expect([items[0].fields, items[1].code]).to.deep.equal([{ token_value: canary }, 'not_found']);
    await call(anna, 'DELETE', `/api/service-accounts/${account.id}`);
    expect((await call(token, 'GET', '/api/environment')).status).to.equal(401);
    expect((await call(null, 'POST', '/api/auth/token', ask)).status).to.equal(401);
  });

  it('answers a repeated Idempotency-Key with the same credential and refuses it for another request', async () => {
    const key = { 'idempotency-key': 'key-0001' };
    const first = await call(anna, 'POST', '/api/credentials', proxmox('Once'), key);
    const second = await call(anna, 'POST', '/api/credentials', proxmox('Once'), key);
    expect([first.status, second.body.id]).to.deep.equal([201, first.body.id]);
    expect((await call(anna, 'POST', '/api/credentials', proxmox('Twice'), key)).status).to.equal(422);
  });

  it('refuses a body that it was not told to be JSON, in place of reading nothing', async () => {
    const { status, body } = await call(anna, 'POST', '/api/credentials', proxmox('Text'), {
      'content-type': 'text/plain',
    });
    expect([status, body.code]).to.deep.equal([415, 'unsupported_media_type']);
  });

  it('stores names with any letters and emoji, and refuses what does not show', async () => {
    for (const name of ['👨‍👩‍👧 family', 'Zürich 東京'])
      expect([name, (await call(anna, 'POST', '/api/credentials', proxmox(name))).status]).to.deep.equal([
        name,
        201,
      ]);
    for (const name of [
      'P1\u200b',
      'P1\u202e',
      'P\u00ad1',
      '\ufeffP1',
      'hard\u00a0blank',
      'wide\u3000blank',
    ]) {
      const { status, body } = await call(anna, 'POST', '/api/credentials', proxmox(name));
      expect([JSON.stringify(name), status, body.fields[0].field]).to.deep.equal([
        JSON.stringify(name),
        400,
        'name',
      ]);
    }
  });

  it('takes an address that is no percent-encoding, or a reserved key, for the mistake that it is', async () => {
    expect((await call(anna, 'GET', '/api/credentials/%E0%A4%A')).status).to.equal(400);
    const headers = { authorization: `Bearer ${anna}`, 'content-type': 'application/json' };
    const body = '{"name":"p","service_type":"other","fields":{"__proto__":"x","a":"1"}}';
    expect((await fetch(`${base}/api/credentials`, { method: 'POST', headers, body })).status).to.equal(400);
    expect((await call(anna, 'GET', '/api/credentials?service_type=__proto__')).status).to.equal(400);
  });

  it('lets nobody undo a change of grants that he has not seen', async () => {
    const { id } = await create(anna, proxmox('Shared at once'));
    const grantTo = (subject: string) =>
      call(anna, 'PUT', `/api/credentials/${id}/grants`, {
        grants: [{ subject_kind: 'user', subject, level: 'read' }],
      });
    const statuses = (await Promise.all([1, 2, 3, 4].map((n) => grantTo(`glassdome:${n}`)))).map(
      (a) => a.status,
    );
    expect(statuses.filter((status) => status === 200)).to.have.length.at.least(1);
    expect(statuses.every((status) => status === 200 || status === 409)).to.equal(true);
    expect((await call(anna, 'GET', `/api/credentials/${id}/grants`)).body.grants).to.have.length(1);
  });

  it('lets one of two changes win and loses neither', async () => {
    const made = await create(anna, proxmox('Race'));
    const at = `/api/credentials/${made.id}`;
    const race = (headers: Record<string, string>) =>
      Promise.all(
        [1, 2].map((n) =>
          call(anna, 'PATCH', at, { fields: { host: `host-${randomUUID()}-${n}` } }, headers),
        ),
      );
    const seen = (await race({ 'if-match': `"${made.revision}"` })).map((a) => a.status).sort();
    expect(seen[0]).to.equal(200);
    expect(seen[1]).to.be.oneOf([409, 412]);
    const unseen = (await race({})).map((a) => a.status);
    expect(unseen).to.include(200);
    const wins = 1 + unseen.filter((status) => status === 200).length;
    expect((await call(anna, 'GET', `${at}/versions`)).body.items).to.have.length(1 + wins);
  });

  it('imports a .env once, gives every variable back as the file has it, and changes nothing the second time', async () => {
    const content = readFileSync('test/fixtures/glassdome.env', 'utf8');
    const carol = await person('carol', 'engineer');
    const preview = await call(carol, 'POST', '/api/imports/env', { content });
    expect([preview.status, preview.body.groups.length]).to.deep.equal([200, 15]);
    expect((await call(carol, 'GET', '/api/environment')).body.variables).to.deep.equal({});
    const done = await call(carol, 'POST', '/api/imports/env', { content, dry_run: false });
    expect(done.body.groups.map((g: { result: string }) => g.result)).to.deep.equal(
      Array(15).fill('created'),
    );
    const { variables, conflicts } = (await call(carol, 'GET', '/api/environment')).body;
    const file = new Map(parseDotenv(content).entries.map((e) => [e.name, e.value]));
    expect(conflicts).to.deep.equal([]);
    expect(Object.keys(variables)).to.have.length(42);
    for (const [name, value] of Object.entries(variables))
      expect([name, value]).to.deep.equal([name, file.get(name)]);
    const again = await call(carol, 'POST', '/api/imports/env', { content, dry_run: false });
    expect(again.body.groups.map((g: { result: string }) => g.result)).to.deep.equal(
      Array(15).fill('unchanged'),
    );
    expect(JSON.stringify([preview.body, done.body])).not.to.contain('wJalrXUtnFEMI');
  });

  it('tells a sealed Vault as 503, never as an empty value, and serves again soon after it is unsealed', async () => {
    const { id } = await create(anna, { ...proxmox('Sealed'), env_names: { SEALED_TOKEN: 'token_value' } });
    await vault.seal();
    for (const path of [`/api/credentials/${id}/secret`, '/api/environment']) {
      const { status, body } = await call(anna, 'GET', path);
      expect([path, status, body.code]).to.deep.equal([path, 503, 'store_unavailable']);
    }
    expect(
      (await call(anna, 'GET', '/api/credentials/00000000-0000-4000-8000-000000000000/secret')).status,
    ).to.equal(404);
    await vault.unseal();
    const began = Date.now();
    let status = 503;
    while (status !== 200 && Date.now() - began < 5_000)
      status = (await call(anna, 'GET', `/api/credentials/${id}/secret`)).status;
    expect(status).to.equal(200);
  });

  it('keeps no secret in any column of Postgres, in the metrics or in the audit trail, and the chains verify', async () => {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    const { rows } = await client.query(
      "select quote_ident(table_name) as t from information_schema.tables where table_schema = 'broker'",
    );
    for (const { t } of rows) {
      const found = await client.query(`select count(*)::int as n from broker.${t} x where x::text like $1`, [
        `%${canary}%`,
      ]);
      expect([t, found.rows[0].n]).to.deep.equal([t, 0]);
    }
    await client.end();
    expect(await (await fetch(`${base}/metrics`)).text()).not.to.contain(canary);
    expect(JSON.stringify((await call(admin, 'GET', '/api/audit?limit=200')).body)).not.to.contain(canary);
    const proof = (await call(admin, 'GET', '/api/audit/verify')).body;
    expect([proof.ok, proof.problems]).to.deep.equal([true, []]);
  });
});
