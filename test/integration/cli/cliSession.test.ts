import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, startCliSystem } from '../../support/broker/cliSystem.js';
import { listen } from '../../support/services/listener.js';

describe('the login that the command line client keeps', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let env: NodeJS.ProcessEnv;
  let file: string;

  before(async () => {
    system = await startCliSystem();
    const person = await system.person('anna', 'engineer');
    file = join(system.folder, 'config', 'deeper', 'session.json');
    env = { ...person, GLASSDOME_BROKER_SESSION_FILE: file };
    const words = ['login', '--username', 'anna', '--password', '-'];
    expect((await system.glassdome(words, { env, stdin: 'long-enough-anna\n' })).code).to.equal(0);
  });
  after(() => system.stop());

  const run = (words: string, more: NodeJS.ProcessEnv = {}) =>
    system.glassdome(words.split(' '), { env: { ...env, ...more } });
  const stored = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const change = (changes: object) => writeFileSync(file, JSON.stringify({ ...stored(), ...changes }));

  it('lies in a file of 0600 in a folder of 0700, and nothing beside it', () => {
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(statSync(dirname(file)).mode & 0o777).to.equal(0o700);
    expect(readdirSync(dirname(file))).to.deep.equal(['session.json']);
  });

  it('is renewed shortly before it ends, and not before', async () => {
    const before = stored();
    await run('whoami');
    expect(stored()).to.deep.equal(before);
    change({ access_token_ends: Date.now() + 20_000 });
    expect((await run('whoami')).stdout).to.contain('local:anna');
    expect(stored()['access_token']).not.to.equal(before['access_token']);
    expect(stored()['access_token_ends']).to.be.greaterThan(Date.now() + 60_000);
  });

  it('is renewed when the broker no longer takes its token, once', async () => {
    change({ access_token: 'e30.e30.e30' });
    expect((await run('whoami')).code).to.equal(0);
    expect(stored()['access_token']).not.to.equal('e30.e30.e30');
  });

  it('stays whole when many commands renew it at once', async () => {
    change({ access_token_ends: 0 });
    const done = await Promise.all(Array.from({ length: 6 }, () => run('whoami')));
    expect(done.map(({ code, stderr }) => [code, stderr])).to.deep.equal(Array(6).fill([0, '']));
    expect(readdirSync(dirname(file))).to.deep.equal(['session.json']);
    expect((await run('whoami')).code).to.equal(0);
  });

  it('serves a command even where the renewed one can not be kept', async () => {
    const folder = join(system.folder, 'closed');
    mkdirSync(folder);
    const kept = join(folder, 'session.json');
    // The name of the renewed file is as long as the folder allows: it can't be made, whoever we are.
    const long = join(folder, 'x'.repeat(250));
    for (const path of [kept, long])
      writeFileSync(path, JSON.stringify({ ...stored(), access_token_ends: 0 }));
    const done = await run('whoami', { GLASSDOME_BROKER_SESSION_FILE: long });
    expect(done.code).to.equal(0);
    expect(done.stderr).to.match(/^warning: The login can't be stored in .*: ENAMETOOLONG\./);
  });

  it('is sent to the broker that gave it and to no other', async () => {
    const other = await listen((_request, response) => response.end('{}'));
    try {
      const done = await run('whoami', { GLASSDOME_BROKER_URL: other.address });
      expect([done.code, done.stderr]).to.deep.equal([
        3,
        `error: You are not logged in to ${other.address}.\nLog in: glassdome login --server ${other.address}\n`,
      ]);
      expect((await run(`whoami --server ${other.address}`)).code).to.equal(3);
      expect(other.requests).to.deep.equal([]);
    } finally {
      await other.close();
    }
  });

  it('does not follow a broker that sends it elsewhere', async () => {
    const thief = await listen((_request, response) => response.end('{}'));
    const broker = await listen((_request, response) =>
      response.writeHead(307, { location: `${thief.address}/api/auth/me` }).end(),
    );
    const before = stored();
    change({ server: broker.address });
    try {
      expect((await run('whoami', { GLASSDOME_BROKER_URL: broker.address })).code).not.to.equal(0);
      expect(broker.requests).to.have.length(1);
      expect(thief.requests).to.deep.equal([]);
    } finally {
      change(before);
      await Promise.all([broker.close(), thief.close()]);
    }
  });

  it('stays away when it was ended while another command renewed it', async () => {
    const before = stored();
    const broker = await listen((request, response) => {
      if (request.url === '/api/auth/token') rmSync(file);
      response.end(JSON.stringify({ access_token: 'renewed', expires_in: 900, principal: 'local:anna' }));
    });
    change({ server: broker.address, access_token_ends: 0 });
    try {
      expect((await run('whoami', { GLASSDOME_BROKER_URL: broker.address })).code).to.equal(0);
      expect(broker.requests.at(-1)?.headers.authorization).to.equal('Bearer renewed');
      expect(existsSync(file)).to.equal(false);
    } finally {
      writeFileSync(file, JSON.stringify(before));
      await broker.close();
    }
  });

  it('tells whose login was refused, and the way out', async () => {
    const token = await run('whoami', { GLASSDOME_BROKER_TOKEN: 'e30.e30.e30' });
    expect(token.code).to.equal(3);
    expect(token.stderr).to.contain('GLASSDOME_BROKER_TOKEN').and.not.to.contain('e30');
    const client = {
      GLASSDOME_BROKER_CLIENT_ID: 'nobody',
      GLASSDOME_BROKER_CLIENT_SECRET: 'gds-secret-word',
    };
    const account = await run('whoami', client);
    expect(account.code).to.equal(3);
    expect(account.stderr).to.contain('GLASSDOME_BROKER_CLIENT_ID').and.not.to.contain('secret-word');
    const odd = await run('whoami', { GLASSDOME_BROKER_TOKEN: 'to\nken' });
    expect([odd.code, odd.stderr.includes('No broker')]).to.deep.equal([3, false]);
  });

  it('asks to log in again once it was ended', async () => {
    const before = stored();
    expect((await run('logout')).code).to.equal(0);
    // The next login asks the same broker for the password, not another one at the default address.
    expect(stored()).to.deep.equal({ server: system.url });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    for (const words of ['whoami', 'credentials list', 'logout']) {
      const out = await run(words, { GLASSDOME_BROKER_URL: '' });
      expect(out.stderr, words).to.contain(system.url);
    }
    writeFileSync(file, JSON.stringify({ ...before, access_token_ends: 0 }));
    const ended = await run('whoami');
    expect([ended.code, ended.stderr]).to.deep.equal([
      3,
      `error: The login at ${system.url} has ended.\nLog in again: glassdome login\n`,
    ]);
    expect(stored()).to.deep.equal({ ...before, access_token_ends: 0 });
  });

  it('takes a damaged file for none', async () => {
    for (const text of ['', '{"server":', '[]', 'null', '{"server":1}']) {
      writeFileSync(file, text);
      expect((await run('whoami')).code, text).to.equal(3);
    }
  });
});
