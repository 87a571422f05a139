import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, GLASSDOME, startCliSystem } from '../../support/broker/cliSystem.js';
import { type Answer, atTerminal } from '../../support/broker/terminalSession.js';

describe('the command line client at a terminal', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let anna: NodeJS.ProcessEnv;
  const canary = () => `canary-${randomBytes(9).toString('hex')}`;

  before(async () => {
    system = await startCliSystem();
    anna = await system.person('anna', 'engineer');
  });
  after(() => system.stop());

  const type = (words: readonly string[], answers: readonly Answer[], env = anna) =>
    atTerminal([process.execPath, GLASSDOME, ...words], env, answers);
  const value = async (name: string, field: string) =>
    (await system.glassdome(['credentials', 'get', name, field], { env: anna })).stdout;

  it('shows nothing of a secret that is typed at its question', async () => {
    const secret = canary();
    const words = ['credentials', 'add', 'openai', '--name', 'typed'];
    const done = await type(words, [{ after: 'API Key: ', type: `${secret}\r` }]);
    expect(done.stdout).to.contain('Stored "typed"').and.not.to.contain(secret.slice(0, 12));
    expect(await value('typed', 'api_key')).to.equal(`${secret}\n`);
  });

  it('asks hidden too where a person at the keyboard says -', async () => {
    const secret = canary();
    const words = ['credentials', 'rotate', 'typed', '--api-key', '-'];
    const done = await type(words, [{ after: 'API Key: ', type: `${secret}\r` }]);
    expect(done.stdout).to.contain('is active').and.not.to.contain(secret.slice(0, 12));
    expect(await value('typed', 'api_key')).to.equal(`${secret}\n`);
  });

  it('takes a pasted key of several lines, which does not fall to the shell', async () => {
    const key = `-----BEGIN-----\n${canary()}\n-----END-----`;
    const paste = `\u001b[200~${key.replaceAll('\n', '\r')}\u001b[201~\r`;
    const done = await type(
      ['credentials', 'add', 'other', '--name', 'pasted', '--secret', 'key'],
      [{ after: 'key: ', type: paste }],
    );
    expect(done.stdout).to.contain('Stored "pasted"').and.not.to.contain('BEGIN');
    expect(await value('pasted', 'key')).to.equal(`${key}\n`);
  });

  it('asks before an import, and whether to store the names that it does not know', async () => {
    const file = join(system.folder, 'asked.env');
    writeFileSync(file, `OPENAI_API_KEY=${canary()}\nSHOP_TOKEN=${canary()}\n`);
    const words = ['credentials', 'import', file];
    const unknown = { after: 'as one credential of type other, "asked"? [y/N]', type: 'n\r' };
    const stored = async () =>
      (await system.glassdome(['credentials', 'list'], { env: anna })).stdout.match(/OpenAI|asked/g) ?? [];
    const refused = await type(words, [unknown, { after: 'Import 1 of 1?', type: 'n\r' }]);
    expect(refused.code).not.to.equal(0);
    expect(await stored()).to.deep.equal([]);
    const yes = { ...unknown, type: 'y\r' };
    const taken = await type(words, [yes, { after: 'Import 2 of 2?', type: 'y\r' }]);
    expect(taken.code, taken.stdout).to.equal(0);
    expect((await stored()).sort()).to.deep.equal(['OpenAI', 'asked']);
  });

  it('logs in with two questions', async () => {
    const env = { ...anna, GLASSDOME_BROKER_SESSION_FILE: join(system.folder, 'again.json') };
    const done = await type(
      ['login'],
      [
        { after: 'Username: ', type: 'anna\r' },
        { after: `Password for anna at ${system.url}: `, type: 'long-enough-anna\r' },
      ],
      env,
    );
    expect(done.stdout).to.contain('Logged in as anna').and.not.to.contain('long-enough');
    expect(done.code).to.equal(0);
  });

  it('asks again for a new password that is too easy to guess, and gives up after three', async () => {
    const added = await system.glassdome(['users', 'add', 'kim']);
    const env = { ...anna, GLASSDOME_BROKER_SESSION_FILE: join(system.folder, 'kim.json') };
    const words = ['login', '--username', 'kim'];
    const first = { after: 'Password for kim', type: `${added.stdout.trim()}\r` };
    const twice = (text: string): Answer[] => [
      { after: 'New password: ', type: `${text}\r` },
      { after: 'Repeat new password: ', type: `${text}\r` },
    ];
    const weak = ['password1234', 'short', 'aaaaaaaaaaaaaa'];
    const refused = await type(words, [first, ...weak.flatMap(twice)], env);
    expect(refused.code).to.equal(2);
    const reasons = refused.stdout.match(/The new password (is too easy to guess|must be at least 12)/g);
    expect(reasons).to.have.length(3);
    expect(refused.stdout).not.to.match(/password1234|aaaaa/);
    const done = await type(
      words,
      [first, ...twice('password1234'), ...twice('violet kestrel harbour 71')],
      env,
    );
    expect(done.stdout).to.contain('Logged in as kim').and.not.to.contain('kestrel');
  });

  it('stops quietly at Ctrl-C and at Ctrl-D, with nothing done', async () => {
    const words = ['credentials', 'add', 'openai', '--name', 'never'];
    const stopped = await type(words, [{ after: 'API Key: ', type: 'half\u0003' }]);
    expect(stopped.code).to.equal(130);
    expect(stopped.stdout).not.to.match(/error|half/);
    expect((await type(words, [{ after: 'API Key: ', type: '\u0004' }])).code).to.equal(1);
    expect((await type(['login'], [{ after: 'Username: ', type: '\u0003' }])).code).to.equal(130);
    expect((await type(['login'], [{ after: 'Username: ', type: '\u0004' }])).code).to.equal(1);
    const asked = await type(['credentials', 'delete', 'typed'], [{ after: '[y/N]: ', type: 'n\r' }]);
    expect([asked.code, asked.stdout.includes('Cancelled; nothing was changed.')]).to.deep.equal([1, true]);
    const list = await system.glassdome(['credentials', 'list'], { env: anna });
    expect(list.stdout).to.contain('typed').and.not.to.contain('never');
  });

  it('says nothing when its reader has read enough', async () => {
    const words = [GLASSDOME, 'credentials', 'list', '--json'];
    const child = spawn(process.execPath, words, { env: anna, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += String(chunk);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, complaints]).to.deep.equal([141, '']);
  });

  it('says when its output does not fit on the disk', async () => {
    const line = `'${process.execPath}' '${GLASSDOME}' credentials list --json > /dev/full`;
    const child = spawn('sh', ['-c', line], { env: anna, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += String(chunk);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, complaints]).to.deep.equal([1, "error: the output can't be written: the disk is full\n"]);
  });

  it('tells every error as JSON under --json', async () => {
    const cases: [string, number, string][] = [
      ['credentials list --nosuch', 2, 'usage'],
      ['credentials nosuch', 2, 'usage'],
      ['credentials add nosuch', 2, 'usage'],
      ['credentials add openai --nosuch', 2, 'usage'],
      ['credentials add openai --name x --field', 2, 'usage'],
      ['credentials show nosuch', 5, 'not_found'],
      ['credentials list --health nosuch', 2, 'invalid_request'],
      ['users list', 4, 'forbidden'],
    ];
    for (const [words, code, name] of cases) {
      const done = await system.glassdome([...words.split(' '), '--json'], { env: anna });
      expect(done.code, words).to.equal(code);
      expect(JSON.parse(done.stderr), words).to.include({ code: name }).and.to.have.property('detail');
      expect(done.stdout, words).to.equal('');
    }
  });

  it('names the flag of what is wrong, each once', async () => {
    const words =
      'credentials add openai --name - --label A=1 --expires-at 2027-02-31T00:00:00Z --api-key - --rotate-every 0';
    const done = await system.glassdome(words.split(' '), { env: anna, stdin: 'x' });
    expect(done.stderr.split('\n').map((line) => line.trim())).to.deep.equal([
      'error: --label A must be 1 to 63 of a-z, 0-9, _, . and -, a letter or digit first',
      '--expires-at must be a time such as 2027-01-31T00:00:00Z',
      '--rotate-every must be at least 1',
      '',
    ]);
  });

  it('hands on a reason in any script', async () => {
    const words = ['credentials', 'get', 'pasted', 'key', '--reason', 'Störfall – сейчас'];
    expect((await system.glassdome(words)).code).to.equal(0);
    const audit = await system.glassdome(['audit', 'list', '--action', 'credential.read', '--json']);
    expect(audit.stdout).to.contain('Störfall – сейчас');
  });

  it('shows how a command of a service is written, and its secrets apart', async () => {
    const help = await system.glassdome(['credentials', 'add', 'proxmox', '--help'], { env: anna });
    expect(help.stdout).to.match(/^Usage: glassdome credentials add proxmox --name <name> --host <value>/);
    expect(help.stdout).to.match(
      /Fields of Proxmox VE:[\s\S]*--token-name[\s\S]*Secrets \([\s\S]*--token-value \[value\]/,
    );
  });

  it('shows a credential in words, without what is empty', async () => {
    const { stdout } = await system.glassdome(['credentials', 'show', 'typed'], { env: anna });
    expect(stdout)
      .to.match(/^Name +typed\n/)
      .and.to.match(/ {2}API Key +••••••/);
    expect(stdout).not.to.match(/ -\n|^[a-z]+_/m);
  });
});
