import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, GLASSDOME, runToEnd, startCliSystem } from '../../support/broker/cliSystem.js';
import { patiently } from '../../support/patience.js';

describe('shell completion', function () {
  this.timeout(60_000);
  let system: CliSystem;

  before(async () => {
    system = await startCliSystem();
    const words = ['credentials', 'add', 'openai', '--api-key', 'x-1234567890', '--name'];
    for (const name of ['Main key', 'Second']) await system.glassdome([...words, name]);
  });
  after(() => system.stop());

  async function offered(...words: string[]): Promise<string[]> {
    const { stdout, stderr } = await system.glassdome(['__complete', '--', ...words]);
    expect(stderr).to.equal('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('knows commands, options and words', async () => {
    expect(await offered('cre')).to.deep.equal(['credentials']);
    expect(await offered(''))
      .to.include.members(['login', 'doctor', 'users'])
      .and.not.include('__complete');
    expect(await offered('credentials', 'im')).to.deep.equal(['import']);
    expect(await offered('credentials', 'import', '--d')).to.deep.equal(['--dry-run']);
    expect(await offered('credentials', 'add', 'prox')).to.deep.equal(['proxmox']);
    expect(await offered('users', 'set-role', 'anna', 'arch')).to.deep.equal(['architect']);
    expect(await offered('credentials', 'env', '--format', 'd')).to.deep.equal(['dotenv']);
  });

  it('asks the broker for names and for the fields of a service', async () => {
    expect(await offered('credentials', 'get', '')).to.deep.equal(['Main key', 'Second']);
    expect(await offered('credentials', 'get', 'Main\\ k')).to.deep.equal(['Main key']);
    expect(await offered('credentials', 'get', '"Main k')).to.deep.equal(['Main key']);
    const flags = await offered('credentials', 'add', 'proxmox', '--name', 'x', '--tok');
    expect(flags).to.include.members(['--token-name', '--token-value']);
    expect(await offered('credentials', 'update', 'Second', '--api')).to.include('--api-key');
    await system.glassdome(['credentials', 'delete', 'Second', '--yes']);
    expect(await offered('credentials', 'restore', '')).to.deep.equal(['Second']);
    expect(await offered('credentials', 'resolve', 'Main key', '')).to.deep.equal(['Main key']);
    await system.glassdome(['reports', 'schedules', 'add', 'weekly', '0 6 * * 1']);
    expect(await offered('reports', 'schedules', 'change', 'we')).to.deep.equal(['weekly']);
    expect(await offered('users', 'disable', 'a')).to.deep.equal(['admin']);
    await system.glassdome([
      'service-accounts',
      'create',
      'celery',
      '--secret-file',
      join(system.folder, 'celery'),
    ]);
    await system.glassdome(['teams', 'create', 'red']);
    const hook = join(system.folder, 'hook.url');
    writeFileSync(hook, 'https://hooks.lab.example/only-we-know', { mode: 0o600 });
    await system.glassdome(['channels', 'add', 'on-call', 'webhook', '--url', `@${hook}`]);
    const subjects = [
      'role:admin',
      'role:architect',
      'role:engineer',
      'role:observer',
      'sa:celery',
      'team:red',
    ];
    expect(await offered('credentials', 'grant', 'Main key', '--to', '')).to.deep.equal([
      'local:admin',
      ...subjects,
    ]);
    expect(await offered('teams', 'add-member', 'red', 'sa')).to.deep.equal(['sa:celery']);
    expect(await offered('channels', 'test', '')).to.deep.equal(['on-call']);
    expect(await offered('audit', 'list', '--from', '')).to.deep.equal([]);
  });

  it('leaves what is not ours alone', async () => {
    expect(await offered('credentials', 'run', '--', 'l')).to.deep.equal([]);
    expect(await offered('lab', '')).to.deep.equal([]);
  });

  it('is silent and quick when nobody is logged in, or the broker does not answer', async () => {
    const words = ['__complete', '--', 'credentials', 'get', ''];
    const nobody = { ...system.admin, GLASSDOME_BROKER_SESSION_FILE: '/nowhere' };
    const hung = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => hung.once('listening', resolve));
    const url = `http://127.0.0.1:${(hung.address() as AddressInfo).port}`;
    const begun = Date.now();
    const slow = { ...system.admin, GLASSDOME_BROKER_URL: url, GLASSDOME_BROKER_TOKEN: 'a.b.c' };
    for (const env of [nobody, slow])
      expect(await system.glassdome(words, { env })).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    expect(Date.now() - begun).to.be.lessThan(patiently(8_000));
    hung.closeAllConnections();
    hung.close();
  });

  it('works in a real bash, names with blanks or colons included', async () => {
    const bin = join(system.folder, 'glassdome');
    writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' '${GLASSDOME}' "$@"\n`, { mode: 0o755 });
    const env = { ...system.admin, PATH: `${system.folder}:${system.admin['PATH']}` };
    const script = `
      eval "$(glassdome completion bash)"
      COMP_WORDS=(glassdome credentials get Ma); COMP_CWORD=3; _glassdome_complete
      printf '<%s>' "\${COMPREPLY[@]}"
      COMP_WORDS=(glassdome credentials grant Main --to team : r); COMP_CWORD=7; _glassdome_complete
      printf '<%s>' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await runToEnd('bash', ['--norc', '-c', script], { env });
    expect(stdout, stderr).to.equal('<Main\\ key><red>');
  });

  it('prints a script a shell, and refuses others', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await system.glassdome(['completion', shell]);
      expect(code).to.equal(0);
      expect(stdout).to.contain('glassdome __complete -- ');
    }
    expect((await system.glassdome(['completion', 'tcsh'])).code).to.equal(2);
  });
});
