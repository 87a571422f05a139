import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { packageRoot } from '../../../local/files/paths.js';
import { startPostgres } from '../../../local/postgres/postgres.js';
import { freePort, stopChild } from '../../../local/process/child.js';
import { findVault } from '../../../local/vault/vaultBinary.js';

const run = promisify(execFile);
const root = packageRoot();
const main = join(root, 'dist', 'src', 'main.js');
const CANARY = 'canary-of-production';
const JWT_KEY = randomBytes(32).toString('hex');
const JWT_KEY_PATH = 'lab/data/keys/jwt';

/**
 * What docker-compose.yml puts into containers, as processes of this machine: the same configuration of Vault, the same
 * rules of Postgres, the same certificates and the same environment of the broker.
 */
describe('the production shape: TLS and certificates between all parts', function () {
  this.timeout(120_000);
  let folder: string;
  let ports: { api: number; vault: number; postgres: number };
  const children: ChildProcess[] = [];
  let rootToken: string;
  let broker: Record<string, string>;
  const secret = (name: string) => join(folder, 'secrets', name);

  /** HTTPS with the private CA and nothing else; no redirect is followed. */
  function call(
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: object } = {},
  ) {
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const body = options.body === undefined ? '' : JSON.stringify(options.body);
      const headers = { 'content-type': 'application/json', ...options.headers };
      const init = {
        method: options.method ?? 'GET',
        headers,
        ca: readFileSync(secret('ca.crt')),
        agent: false as const,
      };
      const sent = httpsRequest(url, init, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += String(chunk);
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
  const vault = async (method: string, path: string, body?: object) => {
    const headers: Record<string, string> = rootToken === undefined ? {} : { 'x-vault-token': rootToken };
    const url = `https://localhost:${ports.vault}/v1/${path}`;
    const { status, body: text } = await call(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(status, `${path}: ${text}`).to.be.below(300);
    return text === '' ? {} : JSON.parse(text);
  };
  async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((r) => setTimeout(r, 100)))
      if (await ready().catch(() => false)) return;
    throw new Error(`${what} is not ready`);
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'broker-production-'));
    chmodSync(folder, 0o755);
    execFileSync('bash', [join(root, 'deploy', 'make-secrets.sh'), join(folder, 'secrets')], {
      stdio: 'ignore',
    });
    ports = { api: await freePort(), vault: await freePort(), postgres: await freePort() };
    await startVault();
    await startDatabase();
  });
  after(async () => {
    for (const child of children.reverse()) await stopChild(child, 'SIGINT', 5_000);
    rmSync(folder, { recursive: true, force: true });
  });

  async function startVault(): Promise<void> {
    const data = join(folder, 'vault');
    mkdirSync(data);
    const config = readFileSync(join(root, 'deploy', 'vault.hcl'), 'utf8')
      .replaceAll('/run/secrets', join(folder, 'secrets'))
      .replaceAll('/vault/file', data)
      .replaceAll('0.0.0.0:8200', `127.0.0.1:${ports.vault}`)
      .replaceAll('vault:8200', `localhost:${ports.vault}`)
      .replaceAll('vault:8201', `localhost:${await freePort()}`);
    const { path: binary, kind } = await findVault(() => undefined);
    writeFileSync(join(folder, 'vault.hcl'), kind === 'openbao' ? `${config}${declaredAudit()}` : config);
    children.push(spawn(binary, ['server', `-config=${join(folder, 'vault.hcl')}`], { stdio: 'ignore' }));
    await until(
      'Vault',
      async () => (await call(`https://localhost:${ports.vault}/v1/sys/init`)).status === 200,
    );
    const made = await vault('PUT', 'sys/init', { secret_shares: 3, secret_threshold: 2 });
    for (const key of made.keys.slice(0, 2)) await vault('PUT', 'sys/unseal', { key });
    rootToken = made.root_token;
    await until(
      'Vault',
      async () => (await call(`https://localhost:${ports.vault}/v1/sys/health`)).status === 200,
    );
    await vault('POST', 'sys/mounts/lab', { type: 'kv', options: { version: '2' } });
  }

  /** OpenBao takes it from its configuration only; HashiCorp's has it switched on by bootstrap. */
  function declaredAudit(): string {
    const file = JSON.stringify(join(folder, 'vault-audit.log'));
    return `\naudit "file" "declared" {\n  options {\n    file_path = ${file}\n  }\n}\n`;
  }

  async function startDatabase(): Promise<void> {
    const options = {
      folder: join(folder, 'postgres'),
      secrets: join(folder, 'passwords.json'),
      port: ports.postgres,
      log: join(folder, 'postgres.log'),
    };
    // As the image does at its first start: the cluster and its roles, before anybody may connect from outside.
    const first = await startPostgres(options);
    await first.stop();
    const { uid, gid } = first.account;
    for (const name of ['postgres.key', 'postgres.crt', 'ca.crt']) {
      copyFileSync(secret(name), join(options.folder, name));
      chmodSync(join(options.folder, name), 0o600);
      if (uid !== undefined && gid !== undefined) chownSync(join(options.folder, name), uid, gid);
    }
    copyFileSync(join(root, 'deploy', 'pg_hba.conf'), join(options.folder, 'pg_hba.conf'));
    const settings = [
      'ssl=on',
      'ssl_cert_file=postgres.crt',
      'ssl_key_file=postgres.key',
      'ssl_ca_file=ca.crt',
    ];
    const args = [...first.child.spawnargs.slice(1), ...settings.flatMap((s) => ['-c', s])];
    const how = { ...first.account, cwd: options.folder, env: {}, stdio: 'ignore' as const };
    children.push(spawn(first.child.spawnfile, args, how));
    await until('Postgres', async () => {
      const client = new pg.Client({ connectionString: databaseUrl('broker_owner') });
      await client.connect();
      await client.end();
      return true;
    });
  }

  function databaseUrl(role: string): string {
    const files = `sslrootcert=${secret('ca.crt')}&sslcert=${secret(`${role}.crt`)}&sslkey=${secret(`${role}.key`)}`;
    return `postgres://${role}@localhost:${ports.postgres}/broker?sslmode=verify-full&${files}`;
  }
  const program = (words: string[], env: Record<string, string>) =>
    run(process.execPath, [main, ...words], { env: { PATH: process.env['PATH'], ...env } });

  it('bootstraps a Vault with a token that lives minutes, tells first what it will do, and repeats without harm', async () => {
    const policy = readFileSync(join(root, 'vault-policies', 'bootstrap.hcl'), 'utf8');
    await vault('PUT', 'sys/policies/acl/broker-bootstrap', { policy });
    const made = await vault('POST', 'auth/token/create', { policies: ['broker-bootstrap'], ttl: '10m' });
    writeFileSync(secret('bootstrap.token'), made.auth.client_token, { mode: 0o600 });
    const env = {
      VAULT_ADDR: `https://localhost:${ports.vault}`,
      VAULT_CA_FILE: secret('ca.crt'),
      VAULT_TOKEN_FILE: secret('bootstrap.token'),
      GLASSDOME_JWT_KEY_VAULT_PATH: JWT_KEY_PATH,
    };
    const words = ['bootstrap', '--audit-file', join(folder, 'vault-audit.log')];
    // The plan and the steps are for people; the role ids alone are its output.
    const { stdout, stderr } = await program(words, env);
    const { kind } = await findVault(() => undefined);
    const last = kind === 'openbao' ? 'AppRole role' : 'enable the file audit device';
    expect(stderr).to.match(new RegExp(`^To do:\\n {2}mount [\\s\\S]*• mount [\\s\\S]*• .*${last}`));
    const roles = Object.fromEntries(
      [...stdout.matchAll(/^ {2}broker-(\w+) {2}(\S+)$/gm)].map((m) => [m[1], m[2]]),
    );
    expect((await program(words, env)).stderr).to.match(/^Nothing to do/);
    broker = {
      ...env,
      BROKER_HOST: '0.0.0.0',
      BROKER_PORT: String(ports.api),
      TLS_CERT_FILE: secret('broker.crt'),
      TLS_KEY_FILE: secret('broker.key'),
      HEALTHCHECK_CA_FILE: secret('ca.crt'),
      DATABASE_URL: databaseUrl('broker_app'),
    };
    for (const [role, prefix] of [
      ['api', 'VAULT_'],
      ['users', 'VAULT_USERS_'],
      ['worker', 'VAULT_WORKER_'],
      ['reconciler', 'VAULT_RECONCILER_'],
      ['destroyer', 'VAULT_DESTROYER_'],
    ] as const) {
      const { data } = await vault('PUT', `auth/approle/role/broker-${role}/secret-id`);
      writeFileSync(secret(`${role}.secret-id`), data.secret_id, { mode: 0o600 });
      broker[`${prefix}ROLE_ID`] = roles[role] ?? '';
      broker[`${prefix}SECRET_ID_FILE`] = secret(`${role}.secret-id`);
    }
    // The token of bootstrap is for that alone.
    broker['VAULT_TOKEN_FILE'] = '';
  });

  it('lets nobody into Postgres without TLS and without the certificate of the role', async () => {
    const at = `localhost:${ports.postgres}/broker`;
    const ca = `sslmode=verify-full&sslrootcert=${secret('ca.crt')}`;
    const other = `sslcert=${secret('broker_owner.crt')}&sslkey=${secret('broker_owner.key')}`;
    for (const url of [
      `postgres://broker_app@${at}`,
      `postgres://broker_app@${at}?${ca}`,
      `postgres://broker_app@${at}?${ca}&${other}`,
    ]) {
      const client = new pg.Client({ connectionString: url });
      const outcome = await client.connect().then(
        () => 'let in',
        () => 'refused',
      );
      await client.end();
      expect([url.replace(folder, ''), outcome]).to.deep.equal([url.replace(folder, ''), 'refused']);
    }
  });

  it("lets the API read Glassdome's JWT key where it was told that it lies, and nowhere else", async () => {
    const { data } = await vault('GET', 'sys/policies/acl/broker-api');
    expect(data.policy).to.contain(`path "${JWT_KEY_PATH}"`).and.not.to.contain('glassdome/data/auth');
    await vault('POST', JWT_KEY_PATH, { data: { value: JWT_KEY } });
  });

  it('migrates, serves HTTPS alone, and keeps a secret that is nowhere in the clear', async () => {
    await program(['migrate'], { DATABASE_OWNER_URL: databaseUrl('broker_owner') });
    writeFileSync(secret('admin'), 'one-time-password', { mode: 0o600 });
    await program(['create-admin', '--username', 'admin', '--password-file', secret('admin')], broker);
    const env = { PATH: process.env['PATH'] ?? '', ...broker };
    children.push(spawn(process.execPath, [main, 'api'], { env, stdio: 'ignore' }));
    await until('the broker', async () => {
      await run(process.execPath, [join(root, 'deploy', 'healthcheck.mjs')], { env });
      return true;
    });
    expect(await fetch(`http://127.0.0.1:${ports.api}/livez`).catch(() => 'refused')).to.equal('refused');
    const api = `https://localhost:${ports.api}/api`;
    const login = async (password: string) =>
      JSON.parse(
        (await call(`${api}/auth/login`, { method: 'POST', body: { username: 'admin', password } })).body,
      );
    const first = { authorization: `Bearer ${(await login('one-time-password')).access_token}` };
    const change = { current_password: 'one-time-password', new_password: 'long-enough-for-all' };
    expect(
      (await call(`${api}/auth/password`, { method: 'POST', headers: first, body: change })).status,
    ).to.equal(204);
    const headers = { authorization: `Bearer ${(await login('long-enough-for-all')).access_token}` };
    const body = { name: 'one', service_type: 'openai', fields: { api_key: CANARY } };
    const stored = JSON.parse((await call(`${api}/credentials`, { method: 'POST', headers, body })).body);
    const read = await call(`${api}/credentials/${stored.id}/secret`, { headers });
    expect(JSON.parse(read.body).fields.api_key).to.equal(CANARY);
    const anna = jwt.sign({ sub: '7', username: 'anna', role: 'engineer', level: 50 }, JWT_KEY, {
      expiresIn: 60,
    });
    const seen = await call(`${api}/auth/me`, { headers: { authorization: `Bearer ${anna}` } });
    expect(JSON.parse(seen.body)).to.include({ principal: 'glassdome:7' });
    const trail = readFileSync(join(folder, 'vault-audit.log'), 'utf8');
    expect(trail).to.contain(`glassdome-credentials/data/openai/`).and.not.to.contain(CANARY);
  });
});
