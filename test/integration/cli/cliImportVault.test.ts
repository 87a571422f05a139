import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';
import { HARD_VARIABLES } from '../../support/cases/hardValues.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

const canary = (name: string) => `${name}-${randomBytes(9).toString('hex')}`;

describe('glassdome credentials import from a .env and a Vault at another address', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let gate: Server;
  let address: string;
  let token: string;
  let person: NodeJS.ProcessEnv;
  const requests: string[] = [];
  const said: string[] = [];
  const secrets = { password: canary('pve2'), truenas: canary('nas'), file: canary('file') };
  const { cert, key } = makeSelfSigned();
  const others: Server[] = [];
  const path = (name: string) => join(system.folder, name);

  before(async () => {
    system = await startCliSystem();
    writeFileSync(path('ca.pem'), cert);
    writeFileSync(path('other-ca.pem'), makeSelfSigned().cert);
    const vault = new URL(system.vault.address);
    gate = createTlsServer({ cert, key }, (client) => {
      const upstream = connect(Number(vault.port), vault.hostname);
      client.on('data', (chunk: Buffer) => {
        requests.push(...(String(chunk).match(/^[A-Z]+ \/v1\S+/gm) ?? []));
      });
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    address = `https://127.0.0.1:${await portOf(gate)}`;
    await fillVault();
    person = await system.person('erin', 'engineer');
  });
  after(async () => {
    for (const server of [gate, ...others]) server?.close();
    await system?.stop();
  });

  async function portOf(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function askVault(where: string, body: object): Promise<Record<string, Record<string, string>>> {
    const headers = { 'X-Vault-Token': system.vault.rootToken, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const text = await (await fetch(`${system.vault.address}/v1/${where}`, init)).text();
    return text === '' ? {} : (JSON.parse(text) as Record<string, Record<string, string>>);
  }
  const put = (name: string, value: unknown) => askVault(`glassdome/data/${name}`, { data: { value } });

  async function fillVault(): Promise<void> {
    await askVault('sys/mounts/glassdome', { type: 'kv', options: { version: '2' } });
    await put('proxmox_02_password', secrets.password);
    await put('truenas_api_key', secrets.truenas);
    for (const name of ['secret_key', 'auth/jwt_secret', 'services/x']) await put(name, canary('never'));
    const policy = `path "glassdome/metadata/*" { capabilities = ["list"] } path "glassdome/data/*" { capabilities = ["read"] }`;
    await askVault('sys/policies/acl/import-only', { policy });
    const made = await askVault('auth/token/create', { policies: ['import-only'], ttl: '10m' });
    token = made['auth']?.['client_token'] ?? '';
  }

  async function run(
    words: string[],
    options: { stdin?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Ended> {
    const { stdin = '', env = {} } = options;
    const done = await system.glassdome(['credentials', ...words], { env: { ...person, ...env }, stdin });
    said.push(done.stdout, done.stderr);
    return done;
  }

  const both = (...more: string[]) => [
    ...['import', path('lab.env'), '--from-vault', '--vault-address', address, '--vault-ca', path('ca.pem')],
    ...['--vault-token', '-', '--yes', ...more],
  ];
  const settings = () =>
    writeFileSync(
      path('lab.env'),
      `PROXMOX_02_HOST=192.0.2.22\nPROXMOX_02_USER=root@pam\nTRUENAS_API_KEY=${secrets.file}\nTRUENAS_HOST=nas.example\n`,
    );

  async function stored(): Promise<Record<string, string>> {
    const { stdout } = await system.glassdome(['credentials', 'env', '--format', 'json'], { env: person });
    return JSON.parse(stdout) as Record<string, string>;
  }

  it('makes whole credentials of settings in the file and secrets in Vault, and reads each key once', async () => {
    settings();
    const done = await run(both(), { stdin: token });
    expect(done.code, done.stderr).to.equal(0);
    expect(done.stdout).to.match(/proxmox:02 +Proxmox 02 +proxmox +will be created/);
    expect(done.stdout).to.match(/TRUENAS_API_KEY +3 +duplicate +Vault wins/);
    expect(done.stderr).to.contain('2 created').and.contain('2 keys were read from');
    expect(done.stderr).to.contain('first scheduled tests');
    expect(requests.filter((line) => line.includes('/data/')).sort()).to.deep.equal([
      'GET /v1/glassdome/data/proxmox_02_password',
      'GET /v1/glassdome/data/truenas_api_key',
    ]);
    expect(await stored()).to.include({
      PROXMOX_02_HOST: '192.0.2.22',
      PROXMOX_02_PASSWORD: secrets.password,
      TRUENAS_API_KEY: secrets.truenas,
    });
  });

  it('keeps what was rotated here, and takes what was changed in that Vault', async () => {
    const rotated = canary('rotated');
    const words = ['rotate', 'Proxmox 02', '--password', '-'];
    const done = await run(words, { stdin: rotated });
    expect(done.code, done.stderr).to.equal(0);
    const newer = canary('newer');
    await put('truenas_api_key', newer);
    const again = await run(both('--no-tests'), { stdin: token });
    expect(again.stderr).to.contain('1 updated').and.contain('1 changed here and kept');
    expect(again.stderr).to.contain('tests are off');
    expect(await stored()).to.include({ PROXMOX_02_PASSWORD: rotated, TRUENAS_API_KEY: newer });
    Object.assign(secrets, { rotated, newer });
  });

  it('cleans the lines of the file alone', async () => {
    writeFileSync(path('lab.env'), 'TRUENAS_HOST=nas.example\nDEBUG=true\n');
    const done = await run(both('--clean', '--only', 'truenas'), { stdin: token });
    expect(done.code, done.stderr).to.equal(0);
    const text = readFileSync(path('lab.env'), 'utf8');
    expect(text)
      .to.match(/^# TRUENAS_HOST: imported/)
      .and.contain('DEBUG=true');
    expect(text.split('\n')).to.have.length(3);
  });

  it('takes values that are hard to quote, with address and CA of the shell', async () => {
    const hard = Object.entries(HARD_VARIABLES);
    for (const [name, value] of hard) await put(name.toLowerCase(), value);
    writeFileSync(path('none.env'), '');
    const words = [
      'import',
      path('none.env'),
      '--from-vault',
      '--include-all',
      '--vault-token',
      '-',
      '--yes',
    ];
    const env = { VAULT_ADDR: address, VAULT_CACERT: path('ca.pem') };
    const done = await run(words, { stdin: token, env });
    expect(done.code, done.stderr).to.equal(0);
    expect(await stored()).to.include(HARD_VARIABLES);
  });

  it('reads in the namespace of the shell, and refuses one that is no path', async () => {
    const namespaces: unknown[] = [];
    const server = createHttpServer((request, response) => {
      namespaces.push(request.headers['x-vault-namespace']);
      response.end(JSON.stringify({ data: { keys: [] } }));
    });
    others.push(server);
    const other = `http://127.0.0.1:${await portOf(server)}`;
    const words = ['import', '--from-vault', '--vault-token', '-', '--dry-run', '--vault-address', other];
    for (const space of ['lab/research', ''])
      await run(words, { stdin: token, env: { VAULT_NAMESPACE: space } });
    expect(namespaces).to.deep.equal(['lab/research', undefined]);
    const wrong = await run(words, { stdin: token, env: { VAULT_NAMESPACE: 'a b' } });
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('VAULT_NAMESPACE must be a path');
    expect(namespaces).to.have.length(2);
  });

  it('says what is wrong, and sends the token nowhere else', async () => {
    const seen: string[] = [];
    const fake = async (answer: RequestListener): Promise<string> => {
      const server = createHttpServer((request, response) => {
        seen.push(request.url ?? '');
        answer(request, response);
      });
      others.push(server);
      return `http://127.0.0.1:${await portOf(server)}`;
    };
    const target = await fake((_, response) => response.end('{}'));
    const redirecting = await fake((_, response) =>
      response.writeHead(307, { location: `${target}/stolen` }).end(),
    );
    const talking = await fake((_, response) => response.end('<html>hello</html>'));
    const long = await fake((_, response) => response.end('x'.repeat(2_000_000)));
    const vault = ['import', '--from-vault', '--vault-token', '-', '--dry-run', '--vault-address'];
    const ca = ['--vault-ca', path('ca.pem')];
    const cases: [string[], string, number, RegExp][] = [
      [[...vault, address, ...ca], 'hvs.wrong', 4, /does not accept the token for glassdome\/metadata/],
      [[...vault, address, ...ca, '--mount', 'nowhere'], token, 4, /nowhere/],
      [[...vault, address, '--vault-ca', path('other-ca.pem')], token, 7, /not trusted here.*--vault-ca/s],
      [[...vault, address], token, 7, /not trusted here/],
      [[...vault, address, '--vault-ca', path('gone.pem')], token, 2, /gone\.pem can't be read/],
      [[...vault, redirecting], token, 7, /redirects to another address/],
      [[...vault, talking], token, 7, /not a Vault/],
      [[...vault, long], token, 2, /longer than/],
      [[...vault, 'http://vault.example:8200'], token, 2, /not encrypted/],
      [[...vault, 'https://a:b@vault.example'], token, 2, /without a login/],
      [[...vault, address, ...ca], 'two words', 2, /token contains invalid characters/],
      [['import', path('lab.env'), '--from-vault'], token, 2, /--vault-address/],
      [['import', path('lab.env'), '--vault-address', address], token, 2, /--from-vault/],
    ];
    for (const [words, stdin, code, text] of cases) {
      const done = await run(words, { stdin });
      expect(done.code, `${words.join(' ')}: ${done.stderr}`).to.equal(code);
      expect(done.stderr).to.match(text);
    }
    expect(seen.filter((url) => url.includes('stolen'))).to.deep.equal([]);
  });

  it('shows neither the token nor a value', () => {
    const text = said.join('');
    for (const secret of [token, ...Object.values(secrets), 'never-']) expect(text).not.to.contain(secret);
  });
});
