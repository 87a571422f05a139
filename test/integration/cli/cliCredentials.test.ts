import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';

describe('glassdome credentials', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let anna: NodeJS.ProcessEnv;
  const canary = `canary-${randomBytes(9).toString('hex')}`;
  /** All that was printed by commands that must not print a value. */
  const silent: string[] = [];

  before(async () => {
    system = await startCliSystem();
    anna = await system.person('anna', 'engineer');
    writeFileSync(join(system.folder, 'secret'), `${canary}\n`);
  });
  after(() => system.stop());

  async function run(
    words: string,
    options: { env?: NodeJS.ProcessEnv; stdin?: string } = {},
  ): Promise<Ended> {
    const list = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? '');
    const done = await system.glassdome(['credentials', ...list], { env: anna, ...options });
    if (!words.startsWith('get ') && !words.includes('--json')) silent.push(done.stdout, done.stderr);
    return done;
  }
  const secretFile = () => `@${join(system.folder, 'secret')}`;
  const value = async (name: string, field: string) => (await run(`get "${name}" ${field}`)).stdout.trim();

  it('takes the lines of the feature text as they are written there', async () => {
    const added = await run(
      `add proxmox --name "Production Proxmox" --host 192.168.1.100 --token-name glassdome-token --token-value ${canary}`,
    );
    expect(added.code, added.stderr).to.equal(0);
    expect(added.stderr).to.contain('is visible in the process list');
    expect((await run('list')).stdout).to.match(/Production Proxmox +proxmox +local:anna +owner/);
    expect((await run('update "Production Proxmox" --host new-host.com')).code).to.equal(0);
    expect(await value('Production Proxmox', 'host')).to.equal('new-host.com');
    expect(await value('Production Proxmox', 'token_value')).to.equal(canary);
    const rotated = await run('rotate "Production Proxmox" --token-value -', { stdin: `${canary}-2\n` });
    expect(rotated.code, rotated.stderr).to.equal(0);
    expect(await value('Production Proxmox', 'token_value')).to.equal(`${canary}-2`);
    expect((await run('delete "Production Proxmox" --yes')).code).to.equal(0);
    expect((await run('list')).stderr).to.contain('No credentials yet');
    const none = await run('list --limit 0');
    expect([none.code, none.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && /--limit.*must be at least 1/.test(text),
    );
    expect((await run('restore "Production Proxmox"')).code).to.equal(0);
  });

  it('tells the history, and goes back to an older version', async () => {
    const { stdout } = await run('history "Production Proxmox"');
    expect(
      stdout
        .split('\n')
        .slice(1, 4)
        .map((line) => line.slice(0, 26).trim()),
    ).to.deep.equal([
      '3        active  available',
      '2        -       available',
      '1        -       available',
    ]);
    expect((await run('activate "Production Proxmox" 1')).code).to.equal(0);
    expect(await value('Production Proxmox', 'host')).to.equal('192.168.1.100');
    expect((await run('activate "Production Proxmox" 9')).code).to.equal(5);
  });

  it('takes a secret from a file and from stdin', async () => {
    await run(`add openai --name file --api-key ${secretFile()}`);
    await run('add openai --name stdin --api-key -', { stdin: canary });
    for (const name of ['file', 'stdin']) expect(await value(name, 'api_key')).to.equal(canary);
  });

  it('shares with whom it is told, keeps the other shares, and takes one back', async () => {
    const ben = await system.person('ben', 'engineer');
    expect((await run('show file', { env: ben })).code).to.equal(5);
    await run('grant file --to local:ben --level use');
    expect((await run('show local:anna/file', { env: ben })).code).to.equal(0);
    expect((await run('get local:anna/file', { env: ben })).code).to.equal(4);
    await run('grant file --to local:ben --to local:admin');
    expect((await run('get local:anna/file api_key', { env: ben })).stdout.trim()).to.equal(canary);
    expect((await run('grants file')).stdout).to.match(/user +local:admin +read[\s\S]*user +local:ben +read/);
    await run('revoke file --from local:ben');
    expect((await run('show local:anna/file', { env: ben })).code).to.equal(5);
    expect((await run('revoke file --from local:ben')).code).to.equal(5);
  });

  it('changes one label or variable and keeps the others', async () => {
    await run('update file --label a=1 --label b=2 --env MY_KEY=api_key');
    await run('update file --label b= --label c=3');
    const shown = JSON.parse((await run('show file --json')).stdout) as Record<string, unknown>;
    expect(shown['labels']).to.deep.equal({ a: '1', c: '3' });
    expect(shown['env_names']).to.deep.include({ MY_KEY: 'api_key' });
  });

  it('resolves many at once and says which could not be', async () => {
    const { code, stdout } = await run('resolve file nosuch --env MY_KEY --json');
    expect(code).to.equal(1);
    const { items } = JSON.parse(stdout) as { items: { status: string }[] };
    expect(items.map((item) => item.status)).to.deep.equal(['ok', 'error', 'ok']);
  });

  it('ends with a code that tells what was wrong, and names the flag', async () => {
    const refused = await run('add proxmox --name x --token-name a --token-value -', { stdin: 'b' });
    expect([refused.code, refused.stderr]).to.deep.equal([2, 'error: --host is required (Proxmox Host)\n']);
    expect((await run('add nosuch --name x')).stderr).to.contain('There are: proxmox');
    expect((await run('add openai --name file --api-key -', { stdin: 'k' })).code).to.equal(6);
    expect(
      (await run('list', { env: { ...anna, GLASSDOME_BROKER_SESSION_FILE: '/nonexistent' } })).code,
    ).to.equal(3);
    const away = { ...anna, GLASSDOME_BROKER_URL: 'http://127.0.0.1:9' };
    expect((await run('list', { env: { ...away, GLASSDOME_BROKER_TOKEN: 'a.b.c' } })).code).to.equal(7);
    expect((await run('get file --nosuch')).code).to.equal(2);
    expect((await run('delete file')).stderr).to.contain('--yes');
    const problem = await run('show nosuch-id --json');
    expect(JSON.parse(problem.stderr)).to.have.property('detail');
  });

  it('sends nothing secret over a plain network', async () => {
    const plain = { ...anna, GLASSDOME_BROKER_URL: 'http://broker.example' };
    const done = await run('list', { env: plain });
    expect([done.code, done.stderr.includes('not encrypted')]).to.deep.equal([2, true]);
  });

  it('never printed a value that nobody asked for', () => {
    expect(silent.join('\n')).not.to.contain(canary);
  });
});
