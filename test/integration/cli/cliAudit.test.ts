import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, PATH, type RunOptions, startCliSystem } from '../../support/broker/cliSystem.js';

type Row = Record<string, unknown> & { action: string };

describe('glassdome audit', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let eve: NodeJS.ProcessEnv;
  let proxmox: string;

  before(async () => {
    system = await startCliSystem();
    eve = await system.person('eve', 'engineer');
    const add = async (name: string) => {
      const body = { name, service_type: 'openai', fields: { api_key: 'x-1234567890' } };
      const answer = await system.send('POST', '/api/credentials', body);
      const made = (await answer.json()) as { id: string };
      expect(answer.status, JSON.stringify(made)).to.equal(201);
      return made.id;
    };
    proxmox = await add('Proxmox "01", main');
    for (const name of ['=cmd()', '+1', '@SUM(1)', '-2']) await add(name);
    await run('credentials get', [proxmox]);
    await run('teams create red --member eve');
    await run('channels add ops webhook --url https://hooks.example.com/x');
    await run('service-accounts create celery');
    await run('credentials grant', [proxmox, '--to', 'sa:celery']);
    await run('credentials get', [proxmox], { env: eve });
  });
  after(() => system.stop());

  const run = (words: string, more: string[] = [], options: RunOptions = {}) =>
    system.glassdome([...words.split(' '), ...more], options);
  const rows = async (...words: string[]): Promise<Row[]> => {
    const { stdout, stderr } = await run('audit list --json --limit 500', words);
    expect(stderr).to.equal('');
    return (JSON.parse(stdout) as { items: Row[] }).items;
  };

  it('lists what each row is about by its name', async () => {
    const { stdout } = await run('audit list --limit 500');
    expect(stdout.split('\n')[0]).to.match(/AT +ACTOR +ACTION +OUTCOME +OBJECT/);
    const objects = new Map((await rows()).reverse().map(({ action, object }) => [action, object]));
    for (const [action, object] of [
      ['credential.read', 'Proxmox "01", main'],
      ['grant.change', 'Proxmox "01", main'],
      ['channel.create', 'channel ops'],
      ['team.create', 'team red'],
      ['user.create', 'user local:eve'],
      ['user.password_change', 'user local:eve'],
      ['service_account.create', 'service account celery'],
    ] as const)
      expect(objects.get(action), action).to.equal(object);
    expect(stdout).to.contain('channel ops').and.not.contain(proxmox);
    // The name of today; whoever asked in vain for what is not theirs does not get it.
    await system.send('PATCH', `/api/credentials/${proxmox}`, { name: 'Proxmox 01' });
    const [read] = await rows('--action', 'credential.read', '--outcome', 'allowed');
    expect(read).to.include({ credential_name: 'Proxmox 01', credential_id: proxmox });
    const { stdout: seen } = await run('audit list --json --outcome denied', [], { env: eve });
    const [denied] = (JSON.parse(seen) as { items: Row[] }).items;
    expect(denied).to.include({ credential_name: null });
    expect(seen).not.to.contain('Proxmox');
  });

  it('filters by kind of action, request, outcome and actor together', async () => {
    const credential = await rows('--action', 'credential.*');
    expect(credential.length).to.be.above(8);
    expect(credential).to.satisfy((all: Row[]) => all.every((row) => row.action.startsWith('credential.')));
    const created = await rows('--action', 'credential.create*', '--credential', proxmox);
    expect(new Set(created.map(({ action }) => action))).to.deep.equal(
      new Set(['credential.create', 'credential.create_requested']),
    );
    const request = String(created[0]?.['request_id']);
    const ofOne = await rows('--request', request);
    expect(new Set(ofOne.map((row) => row['request_id']))).to.deep.equal(new Set([request]));
    expect(await rows('--request', 'no-such-request')).to.deep.equal([]);
    expect(await rows('--action', 'team.*', '--actor', 'local:eve')).to.deep.equal([]);
    const wrong = await run('audit list --action steal.*');
    expect([wrong.code, wrong.stderr.includes('credential.*')]).to.deep.equal([2, true]);
  });

  it('exports all that fits as CSV, which no spreadsheet runs, and as JSON lines', async () => {
    const { stdout } = await run('audit list --format csv --action credential.create');
    const records = stdout.split('\r\n');
    expect(records.pop()).to.equal('');
    expect(records[0]).to.match(/^at,actor,action,outcome,code,object,credential_id,credential_name,/);
    expect(records).to.have.lengthOf(6);
    for (const cell of ["'=cmd()", "'+1", "'@SUM(1)", "'-2"]) expect(stdout).to.contain(`,${cell},`);
    await system.send('PATCH', `/api/credentials/${proxmox}`, { name: 'a "b", c' });
    const quoted = (await run('audit list --format csv --credential', [proxmox])).stdout;
    expect(quoted).to.contain(',"a ""b"", c",');
    const lines = (await run('audit list --format jsonl')).stdout.trim().split('\n');
    // Listing is not audited; 2 limits that page.
    expect(lines.map((line) => (JSON.parse(line) as Row).action)).to.deep.equal(
      (await rows()).map(({ action }) => action),
    );
    expect((await run('audit list --format jsonl --limit 2')).stdout.trim().split('\n')).to.have.lengthOf(2);
    expect((await run('audit list --format csv --json')).code).to.equal(2);
    expect((await run('audit list --format xml')).code).to.equal(2);
  });

  it('exports, and verifies the export where there is no broker, by the key alone', async () => {
    const [file, key] = [join(system.folder, 'audit.jsonl'), join(system.folder, 'key.pem')];
    const exported = await run('audit export');
    expect(exported.code, exported.stderr).to.equal(0);
    writeFileSync(file, exported.stdout);
    const keys = await run('audit key');
    expect(keys.stdout).to.match(/^-----BEGIN PUBLIC KEY-----$/m);
    writeFileSync(key, keys.stdout);
    const alone = { env: { PATH, HOME: system.folder } };
    const good = await run('audit verify', [file, '--key', key], alone);
    expect([good.code, good.stdout], good.stderr).to.deep.equal([0, '']);
    expect(good.stderr).to.match(/^Audit trail is intact: \d+ rows in \d+ chains, \d+ signed checkpoints/);

    const lines = readFileSync(file, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes('"credential.read"'));
    const { chain, seq } =
      (JSON.parse(lines[at] ?? '{}') as { row?: Row } & Row)['row'] ?? JSON.parse(lines[at] ?? '');
    const bad = join(system.folder, 'bad.jsonl');
    for (const edited of [
      lines.with(at, (lines[at] ?? '').replace('local:admin', 'local:eve')),
      lines.toSpliced(at, 1),
      lines.toSpliced(at, 0, lines[at] ?? ''),
    ]) {
      writeFileSync(bad, edited.join('\n'));
      const found = await run('audit verify', [bad, '--key', key], alone);
      expect(found.code).to.equal(1);
      expect(found.stdout.split('\n')[0]).to.match(new RegExp(`^${chain} (${seq}|${Number(seq) + 1}): `));
    }
    const other = join(system.folder, 'other.pem');
    writeFileSync(other, keys.stdout.replace(/[A-Za-z0-9+/]{8}=*\n-----END/, 'AAAAAAAA\n-----END'));
    expect((await run('audit verify', [file, '--key', other], alone)).code).not.to.equal(0);
    expect((await run('audit verify', [file], alone)).code).to.equal(2);
    for (const words of ['audit export', 'audit key'])
      expect((await run(words, [], { env: eve })).code).to.equal(4);
  });
});
