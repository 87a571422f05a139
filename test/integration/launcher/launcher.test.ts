import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';

const READY = 'Stop with Ctrl-C';
const launcher = fileURLToPath(new URL('../../../local/main.js', import.meta.url));

describe('the launcher of the embedded default', function () {
  this.timeout(120_000);
  let data: string;
  let env: NodeJS.ProcessEnv;
  let running: Started | undefined;

  interface Started {
    child: ChildProcess;
    text(): string;
    /** Resolves with the exit code, or the signal that ended it. */
    ended: Promise<number | NodeJS.Signals | null>;
  }

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'broker-launcher-'));
    chmodSync(data, 0o755);
    const vault = await freePort();
    env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...(process.env['GLASSDOME_BROKER_CACHE'] && {
        GLASSDOME_BROKER_CACHE: process.env['GLASSDOME_BROKER_CACHE'],
      }),
      LOCAL_DATA: data,
      BROKER_PORT: String(await freePort()),
      LOCAL_VAULT_PORT: String(vault),
      LOCAL_POSTGRES_PORT: String(await freePort()),
    };
  });
  after(async () => {
    running?.child.kill('SIGTERM');
    await running?.ended;
    rmSync(data, { recursive: true, force: true });
  });

  function start(): Started {
    const child = spawn(process.execPath, [launcher], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += String(chunk);
    });
    const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.once('exit', (code, signal) => resolve(code ?? signal)),
    );
    running = { child, text: () => text, ended };
    return running;
  }

  async function until(started: Started, words: string): Promise<void> {
    let over = false;
    void started.ended.then(() => {
      over = true;
    });
    while (!started.text().includes(words)) {
      if (over || (words !== READY && started.text().includes(READY))) throw new Error(started.text());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const ready = (started: Started) => until(started, READY);

  async function logIn(password: string): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${env['BROKER_PORT']}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    });
    return answer.status;
  }
  let password: string;

  const moments = [
    '• Starting Postgres',
    '• Starting Vault',
    'create the transit key',
    'write the policy broker-worker',
  ];
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`goes on after ${signal} at any moment of the first start`, async () => {
      env['LOCAL_DATA'] = join(data, signal);
      for (const moment of moments) {
        const started = start();
        await until(started, moment);
        started.child.kill(signal);
        await started.ended;
      }
    });
  }

  it('then starts, and shows the one-time password once', async () => {
    const started = start();
    await ready(started);
    expect(started.text()).to.match(/its UI: \S+\/ui|this build of Vault has no UI/);
    password = /one-time password +(\S+)/.exec(started.text())?.[1] ?? '';
    expect(await logIn(password)).to.equal(200);
  });

  it('refuses a second start beside the first, and disturbs nothing', async () => {
    const first = running;
    const second = start();
    expect(await second.ended).to.equal(1);
    expect(second.text()).to.contain('It is already running').and.not.to.contain('Stopping');
    running = first;
    expect(await logIn(password)).to.equal(200);
  });

  it('takes over what a killed launcher left running, with the same data', async () => {
    running?.child.kill('SIGKILL');
    await running?.ended;
    expect(await logIn(password)).to.equal(200);
    const next = start();
    await ready(next);
    expect(next.text())
      .to.contain('Stopped processes that an earlier start left running')
      .and.not.to.contain('one-time');
    expect(await logIn(password)).to.equal(200);
  });

  it('leaves nothing running behind Ctrl-C', async () => {
    running?.child.kill('SIGINT');
    expect(await running?.ended).to.equal(0);
    for (const name of ['BROKER_PORT', 'LOCAL_VAULT_PORT', 'LOCAL_POSTGRES_PORT']) {
      const answer = await fetch(`http://127.0.0.1:${env[name]}/`).catch(() => 'nobody');
      expect([name, answer]).to.deep.equal([name, 'nobody']);
    }
  });

  it("seals Vault's key file from the start at which a key for it is first set, and then starts with no other", async () => {
    const file = join(String(env['LOCAL_DATA']), 'vault', 'keys.json');
    const plain = JSON.parse(readFileSync(file, 'utf8')).unsealKey;
    expect(plain).to.match(/^[0-9a-f]{64}$/);
    const before = env;
    env = { ...before, GLASSDOME_ENCRYPTION_KEY: 'bd3f6c90a1e74f28c5d0' };
    const sealing = start();
    await ready(sealing);
    sealing.child.kill('SIGINT');
    await sealing.ended;
    const sealed = readFileSync(file, 'utf8');
    expect(sealed).not.to.contain(plain);
    for (const key of [undefined, '2f8e17c6b90d4a53e1f7']) {
      env = { ...before, GLASSDOME_ENCRYPTION_KEY: key };
      const refused = start();
      expect(await refused.ended).to.equal(1);
      expect(refused.text()).to.contain('Nothing was changed').and.not.to.contain('Starting');
    }
    expect(readFileSync(file, 'utf8')).to.equal(sealed);
    env = { ...before, GLASSDOME_ENCRYPTION_KEY: 'bd3f6c90a1e74f28c5d0' };
  });

  it("hands the broker's variables on, so that one it refuses is told by its name", async () => {
    const before = env;
    env = { ...env, REMIND_DAYS: 'soon' };
    const started = start();
    expect(await started.ended).to.equal(1);
    expect(started.text()).to.contain('REMIND_DAYS must be one to ten numbers of days');
    env = before;
  });

  it('refuses another Postgres beside the data of this folder', async () => {
    const before = env;
    env = {
      ...env,
      DATABASE_URL: 'postgres://app@127.0.0.1:1/other',
      DATABASE_OWNER_URL: 'postgres://owner@127.0.0.1:1/other',
    };
    const started = start();
    expect(await started.ended).to.equal(1);
    expect(started.text()).to.contain('LOCAL_DATA=<folder> npm start');
    env = before;
  });

  it('names the variable of a port that is taken', async () => {
    const taken = { ...env, BROKER_PORT: String(new URL('http://127.0.0.1:22').port) };
    const { createServer } = await import('node:net');
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const before = env;
    env = { ...taken, BROKER_PORT: String(typeof address === 'object' ? address?.port : 0) };
    const started = start();
    expect(await started.ended).to.equal(1);
    expect(started.text()).to.contain('BROKER_PORT=<port> npm start');
    env = before;
    other.close();
  });
});
