import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, GLASSDOME, startCliSystem } from '../../support/broker/cliSystem.js';
import { type Answer, atTerminal } from '../../support/broker/terminalSession.js';

describe('What people are used to on a command line', function () {
  this.timeout(120_000);
  let system: CliSystem;
  let anna: NodeJS.ProcessEnv;
  let bin: string;
  const secret = `canary-${randomBytes(9).toString('hex')}`;

  before(async () => {
    system = await startCliSystem();
    anna = await system.person('anna', 'engineer');
    bin = join(system.folder, 'bin');
    mkdirSync(bin);
    const key = join(system.folder, 'key');
    writeFileSync(key, secret);
    for (const [name, type] of [
      ['Zebra 2', 'openai'],
      ['Zebra 10', 'openai'],
      ['apple', 'anthropic'],
    ] as const)
      await glassdome('credentials', 'add', type, '--name', name, '--api-key', `@${key}`, '--test', 'skip');
  });
  after(() => system.stop());

  const glassdome = (...words: string[]) => system.glassdome(words, { env: anna });
  const type = (words: readonly string[], answers: readonly Answer[], env = anna) =>
    atTerminal([process.execPath, GLASSDOME, ...words], env, answers);
  /** A program of this name on PATH, as a person's own would be. */
  function program(name: string, script: string): void {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const withBin = () => ({ ...anna, PATH: `${bin}:${anna['PATH'] ?? process.env['PATH']}` });

  it('finds a credential in any case, and suggests the name that was meant', async () => {
    expect((await glassdome('credentials', 'show', 'zebra 2')).stdout).to.contain('Zebra 2');
    expect((await glassdome('credentials', 'show', 'LOCAL:ANNA/APPLE')).stdout).to.contain('apple');
    const typo = await glassdome('credentials', 'show', 'aple');
    expect(typo.stderr)
      .to.contain('No credential "aple" is visible to you.')
      .and.contain('Did you mean "apple"?');
    expect((await glassdome('credentials', 'show', 'nothing-like-it')).stderr).to.contain(
      'glassdome credentials list',
    );
  });

  it('shares with a bare name where only one has it', async () => {
    await system.glassdome(['teams', 'create', 'red', '--member', 'anna'], { env: system.admin });
    expect((await glassdome('credentials', 'grant', 'apple', '--to', 'Red')).code).to.equal(0);
    expect((await glassdome('credentials', 'grants', 'apple')).stdout).to.match(/team\s+red/);
    const unknown = await glassdome('credentials', 'grant', 'apple', '--to', 'redd');
    expect(unknown.stderr).to.contain('Did you mean "red"?');
  });

  it('takes times as people type them', async () => {
    expect((await glassdome('credentials', 'update', 'apple', '--expires-at', '90d')).code).to.equal(0);
    const shown = JSON.parse((await glassdome('credentials', 'show', 'apple', '--json')).stdout);
    expect(Date.parse(shown.expires_at)).to.be.closeTo(Date.now() + 90 * 86_400_000, 2 * 3_600_000);
    const wrong = await glassdome('credentials', 'update', 'apple', '--expires-at', 'soon');
    expect(wrong.stderr).to.contain('must be a time such as 2027-01-31');
  });

  it('sorts as people count, and shows the columns that they name', async () => {
    const list = await glassdome('credentials', 'list', '--sort', 'name', '--columns', 'name,type');
    expect(list.stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).to.deep.equal([
      'NAME',
      'apple',
      'Zebra 2',
      'Zebra 10',
      '',
    ]);
    expect(list.stdout).to.not.contain('OWNER');
    const limited = await glassdome('credentials', 'list', '--sort', '-name', '--limit', '1', '--json');
    expect(JSON.parse(limited.stdout).items.map((c: { name: string }) => c.name)).to.deep.equal(['Zebra 10']);
    const wrong = await glassdome('credentials', 'list', '--columns', 'name,colour');
    expect(wrong.stderr).to.contain('there is no column "colour"').and.contain('Choose from: name, type');
  });

  it('has colours on a terminal only, and none with NO_COLOR', async () => {
    const env = { ...anna, TERM: 'xterm-256color' };
    expect((await type(['credentials', 'list'], [], env)).stdout).to.contain('\u001b[90munchecked');
    expect((await type(['credentials', 'list'], [], { ...env, NO_COLOR: '1' })).stdout).to.not.contain(
      '\u001b[',
    );
    expect((await glassdome('credentials', 'list')).stdout).to.not.contain('\u001b[');
  });

  it('asks for all that a new credential needs', async () => {
    const done = await type(
      ['credentials', 'add', 'proxmox', '--test', 'skip'],
      [
        { after: 'Name [', type: 'Asked\r' },
        { after: 'Proxmox Host: ', type: '10.0.0.9\r' },
        { after: 'Username [root@pam]: ', type: '\r' },
        { after: 'Authentication (password, api_token) [password]: ', type: 'api_token\r' },
        { after: 'Token Name: ', type: 'lab\r' },
        { after: 'Token Secret: ', type: `${secret}\r` },
      ],
    );
    expect(done.stdout).to.contain('Stored "Asked"').and.not.to.contain(secret);
    const shown = JSON.parse((await glassdome('credentials', 'show', 'Asked', '--json')).stdout);
    expect(shown.settings).to.include({ host: '10.0.0.9', auth_method: 'api_token', token_name: 'lab' });
    expect((await glassdome('credentials', 'add', 'proxmox')).stderr).to.contain('--name is required');
  });

  it('copies a value to the clipboard, shows nothing of it, and clears it', async () => {
    const board = join(system.folder, 'clipboard');
    for (const name of ['pbcopy', 'wl-copy']) program(name, `cat > '${board}'`);
    for (const name of ['pbpaste', 'wl-paste']) program(name, `cat '${board}'`);
    const copied = await system.glassdome(['credentials', 'copy', 'apple', '--clear-after', '0'], {
      env: withBin(),
    });
    expect(copied.stderr).to.contain('Copied api_key of "apple"');
    expect(copied.stdout + copied.stderr).to.not.contain(secret);
    expect(readFileSync(board, 'utf8')).to.equal(secret);
    await system.glassdome(['credentials', 'copy', 'apple', 'api_key', '--clear-after', '1'], {
      env: withBin(),
    });
    expect(readFileSync(board, 'utf8')).to.equal('');
  });

  it('leaves on the clipboard what a person copied meanwhile', async () => {
    const board = join(system.folder, 'clipboard');
    program('pbpaste', `printf other`);
    await system.glassdome(['credentials', 'copy', 'apple', '--clear-after', '1'], { env: withBin() });
    expect(readFileSync(board, 'utf8')).to.equal(secret);
  });

  it('edits settings and metadata in the editor, without the secrets', async () => {
    const seen = join(system.folder, 'seen');
    program(
      'my-editor',
      `cp "$1" '${seen}'; sed -i 's/10.0.0.9/10.0.0.10/; s/^labels: {}/labels: {site: lab}/' "$1"`,
    );
    const env = { ...withBin(), EDITOR: 'my-editor' };
    const done = await type(['credentials', 'edit', 'Asked', '--test', 'skip'], [], env);
    expect(done.stdout).to.contain('Updated "Asked"');
    const text = readFileSync(seen, 'utf8');
    expect(text).to.contain('host: 10.0.0.9').and.contain('Not shown').and.not.contain(secret);
    const shown = JSON.parse((await glassdome('credentials', 'show', 'Asked', '--json')).stdout);
    expect([shown.settings.host, shown.labels]).to.deep.equal(['10.0.0.10', { site: 'lab' }]);
    program('my-editor', 'true');
    expect((await type(['credentials', 'edit', 'Asked'], [], env)).stdout).to.contain('Nothing was changed.');
    expect(existsSync(join(system.folder, 'credential.yaml'))).to.equal(false);
  });

  it('asks once more after a text that can’t be read, and keeps it', async () => {
    program(
      'my-editor',
      `grep -q broken "$1" && sed -i 's/: \\[broken//' "$1" || echo 'name: [broken' >> "$1"`,
    );
    const env = { ...withBin(), EDITOR: 'my-editor' };
    const done = await type(
      ['credentials', 'edit', 'Asked'],
      [{ after: 'Edit again? [y/N]: ', type: 'n\r' }],
      env,
    );
    expect(done.stdout).to.contain('is not valid YAML').and.not.contain('[broken');
    expect(done.code).to.equal(1);
  });
});
