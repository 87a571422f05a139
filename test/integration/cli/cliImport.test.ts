import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';

const fixture = fileURLToPath(new URL('../../../../test/fixtures/glassdome.env', import.meta.url));

describe('glassdome credentials import', function () {
  this.timeout(60_000);
  let system: CliSystem;
  const canary = `canary-${randomBytes(9).toString('hex')}`;
  const said: string[] = [];

  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());

  async function run(
    words: string[],
    options: { env?: NodeJS.ProcessEnv; stdin?: string } = {},
  ): Promise<Ended> {
    const done = await system.glassdome(['credentials', ...words], options);
    said.push(done.stdout, done.stderr);
    return done;
  }

  function envFile(name: string, text: string): string {
    const path = join(system.folder, name);
    writeFileSync(path, text);
    return path;
  }

  it('shows first what would happen, and stores nothing with --dry-run', async () => {
    const file = envFile(
      'dry.env',
      `OPENAI_API_KEY=${canary}\nNAME: value\nDEBUG=true\nAWS_REGION=x\nWHO_KNOWS=1\n`,
    );
    const { code, stdout, stderr } = await run(['import', file, '--dry-run']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/openai +OpenAI +openai +will be created +OPENAI_API_KEY/);
    expect(stdout).to.match(/aws +AWS +aws +incomplete, left out/);
    expect(stdout).to.match(/DEBUG +3 +plain configuration/);
    expect(stdout).to.match(/WHO_KNOWS +5 +unknown name/);
    expect(stderr).to.contain('line 2 is not NAME=value');
    expect((await run(['list', '--json'])).stdout).to.contain('"items": []');
  });

  it('asks before it stores, and stores nothing where nobody can answer', async () => {
    const { code, stderr } = await run(['import', fixture]);
    expect(code).to.equal(2);
    expect(stderr).to.contain('--yes');
    expect((await run(['list', '--json'])).stdout).to.contain('"items": []');
  });

  it('stores all that it showed, so that the environment has the same values as the file', async () => {
    const { code, stderr } = await run(['import', fixture, '--yes']);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('[15/15]').and.contain('15 created, 0 updated, 0 unchanged');
    expect(stderr).to.match(/15 variables are still only in \S+glassdome\.env: SECRETS_BACKEND, /);
    const inFile = Object.fromEntries(
      parseDotenv(readFileSync(fixture, 'utf8')).entries.map((e) => [e.name, e.value]),
    );
    const { stdout } = await system.glassdome(['credentials', 'env', '--format', 'json']);
    const stored = JSON.parse(stdout) as Record<string, string>;
    // Other spellings of a variable come along.
    const named = Object.entries(stored).filter(([name]) => name in inFile);
    expect(named).to.have.length(42);
    for (const [name, value] of named) expect(value, name).to.equal(inFile[name]);
  });

  it('changes nothing the second time, and says so without asking', async () => {
    const { code, stdout, stderr } = await run(['import', fixture]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('Nothing to import. 15 credentials are stored already.');
    expect(stdout).to.match(/proxmox:01 +Proxmox 01 +proxmox +already stored/);
  });

  it('updates only what the file has changed', async () => {
    const text = readFileSync(fixture, 'utf8').replace('fake-cisco-pw', canary);
    const { stderr } = await run(['import', '-', '--yes'], { stdin: text });
    expect(stderr).to.contain('[1/1] Cisco 3850: updated').and.contain('0 created, 1 updated, 14 unchanged');
  });

  it('gives the right to read to teams, accounts by name and people, also on what is already stored', async () => {
    await system.person('anna', 'engineer');
    const ben = await system.person('ben', 'engineer');
    const made = await system.send('POST', '/api/service-accounts', { name: 'celery' });
    const account = (await made.json()) as Record<string, string>;
    await system.send('POST', '/api/teams', { name: 'red', members: [{ principal: 'local:ben' }] });
    const to = ['team:red', 'service_account:celery', 'local:anna'].flatMap((word) => ['--grant-to', word]);
    const words = ['import', fixture, '--yes', '--only', 'aws', '--only', 'openai', ...to];
    expect((await run(words)).stderr).to.contain('0 created, 2 updated, 0 unchanged');
    expect((await run(words)).stderr).to.contain('Nothing to import');
    const celery = {
      ...system.admin,
      GLASSDOME_BROKER_CLIENT_ID: account['client_id'],
      GLASSDOME_BROKER_CLIENT_SECRET: account['client_secret'],
    };
    for (const env of [ben, celery]) {
      const { stdout } = await run(['env', '--json'], { env });
      const names = Object.keys(JSON.parse(stdout)).filter((name) => name !== 'AWS_DEFAULT_REGION');
      expect(names).to.have.length(4);
    }
    const wrong = await run(['import', fixture, '--dry-run', '--grant-to', 'service_account:nobody']);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('service account').and.contain('nobody');
  });

  it('takes no level away from whom the import names, and makes a right that would end stay', async () => {
    const { stdout } = await run(['list', '--search', 'TrueNAS', '--json']);
    const [credential] = (JSON.parse(stdout) as { items: { id: string }[] }).items;
    const path = `/api/credentials/${credential?.id}/grants`;
    const ends = '2099-01-01T00:00:00.000Z';
    const grants = [
      { subject_kind: 'user', subject: 'local:anna', level: 'manage' },
      { subject_kind: 'user', subject: 'local:ben', level: 'read', expires_at: ends },
    ];
    expect((await system.send('PUT', path, { grants })).status).to.equal(200);
    const words = ['import', fixture, '--yes', '--only', 'truenas', '--grant-to', 'local:anna'];
    expect((await run(words)).stderr).to.contain('Nothing to import');
    await run([...words, '--grant-to', 'local:ben']);
    const after = (await (await system.send('GET', path)).json()) as { grants: Record<string, unknown>[] };
    const held = after.grants.map((g) => [g['subject'], g['level'], g['expires_at']]);
    expect(held).to.have.deep.members([
      ['local:anna', 'manage', null],
      ['local:ben', 'read', null],
    ]);
  });

  it('ends with 1 when a group fails or one that was asked for is incomplete', async () => {
    const carol = await system.person('carol', 'engineer');
    const lone = envFile('lone.env', 'AWS_REGION=x\n');
    expect((await run(['import', lone, '--yes'], { env: carol })).code).to.equal(0);
    expect((await run(['import', lone, '--yes', '--only', 'aws'], { env: carol })).code).to.equal(1);
    const add = ['add', 'openai', '--name', 'OpenAI', '--api-key', 'x-1234567890'];
    expect((await run(add, { env: carol })).code).to.equal(0);
    const file = envFile('taken.env', 'OPENAI_API_KEY=y-1\n');
    const dry = await run(['import', file, '--dry-run'], { env: carol });
    expect(dry.stdout).to.match(/openai +OpenAI +openai +would fail, see below/);
    expect(dry.stderr).to.match(/OpenAI \(openai\): .*with this name\. Rename or delete it/);
    const taken = await run(['import', file, '--yes'], { env: carol });
    expect(taken.code).to.equal(1);
    expect(taken.stderr)
      .to.contain('1 failed')
      .and.match(/OpenAI \(openai\): .*already has a credential with this name/);
  });

  it('tells which variables another credential of the same owner claims, before and after', async () => {
    const dave = await system.person('dave', 'engineer');
    const add = ['add', 'openai', '--name', 'By hand', '--api-key', 'x-1234567890'];
    expect((await run(add, { env: dave })).code).to.equal(0);
    const file = envFile('twice.env', 'OPENAI_API_KEY=y-1234567890\n');
    const claim = 'OPENAI_API_KEY is set by both "OpenAI" and "By hand", so neither is used.';
    expect((await run(['import', file, '--dry-run'], { env: dave })).stderr).to.contain(claim);
    const done = await run(['import', file, '--yes'], { env: dave });
    expect(done.stderr.split(claim)).to.have.length(3);
    const way = 'update "By hand" --env OPENAI_API_KEY=';
    expect(done.stderr).to.contain(way);
    await run(['update', 'By hand', '--env', 'OPENAI_API_KEY='], { env: dave });
    expect((await run(['import', file], { env: dave })).stderr).not.to.contain('set by both');
    const { stdout } = await run(['env', '--json'], { env: dave });
    expect(Object.keys(JSON.parse(stdout))).to.deep.equal(['OPENAI_API_KEY']);
  });

  it('refuses what it can not read with one clear line', async () => {
    writeFileSync(join(system.folder, 'binary.env'), Buffer.from([0x41, 0x3d, 0xff, 0xfe]));
    const cases: [string[], RegExp][] = [
      [['import', join(system.folder, 'none.env')], /no such file/],
      [['import', system.folder], /it is a directory/],
      [['import', join(system.folder, 'binary.env')], /not text in UTF-8/],
      [['import', envFile('long.env', 'A=b\n'.repeat(70_000))], /too long/],
      [['import'], /Name the \.env/],
      [['import', '-'], /--yes/],
      [['import', fixture, '--from-vault'], /--vault-address/],
      [['import', fixture, '--mount', 'x'], /--from-vault/],
      [['import', fixture, '--only', 'proxmox'], /There are: proxmox:01, proxmox:02/],
      [['import', fixture, '--grant-to', 'red'], /team:<name>/],
    ];
    for (const [words, text] of cases) {
      const { code, stderr } = await run(words);
      expect(code, words.join(' ')).to.equal(2);
      expect(stderr).to.match(text);
    }
  });

  it('reads the flat Vault layout with a Vault token of the admin', async () => {
    const { vault } = system;
    const headers = { 'X-Vault-Token': vault.rootToken, 'content-type': 'application/json' };
    const put = (path: string, body: object) =>
      fetch(`${vault.address}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    await put('sys/mounts/glassdome', { type: 'kv', options: { version: '2' } });
    await put('glassdome/data/truenas_api_key', { data: { value: canary } });
    await put('glassdome/data/who_knows', { data: { value: canary } });
    const dana = await system.person('dana', 'admin');
    const words = ['import', '--from-vault', '--vault-token', '-', '--yes'];
    const done = await run(words, { env: dana, stdin: vault.rootToken });
    expect(done.code, done.stderr).to.equal(0);
    expect(done.stderr)
      .to.contain('1 created')
      .and.match(/1 variable is still only in the Vault that was read: who_knows/);
    const again = await run(words, { env: dana, stdin: vault.rootToken });
    expect(again.stderr).to.contain('Nothing to import');
    const refused = await run(words, { env: dana, stdin: 'hvs.wrong' });
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain('is not accepted by Vault');
    said.push(refused.stderr);
    expect(said.join('')).not.to.contain(vault.rootToken);
  });

  /** What the reminders name, and what the newest audit rows of the imports count. */
  async function leftBy(
    who: string,
  ): Promise<{ names: string[]; since: Date | undefined; counts: unknown[] }> {
    const principal = `local:${who}`;
    const row = (await system.ports.records.envLeftovers()).find((each) => each.principal === principal);
    const trail = `/api/audit?action=credential.import&actor=${principal}&limit=200`;
    const { items } = (await (await system.send('GET', trail)).json()) as {
      items: { details: Record<string, unknown> }[];
    };
    const counts = items.map(({ details }) => details['still_in_environment']);
    return { names: row?.names ?? [], since: row?.importedAt, counts };
  }

  it('takes any name where asked to, and says how where not', async () => {
    const eva = await system.person('eva', 'engineer');
    const names = Array.from({ length: 40 }, (_, n) => `TOOL_${n}_TOKEN`);
    const file = envFile(
      'shop.env',
      `${names.map((name) => `${name}=${canary}-${name}`).join('\n')}\nPAGE_SIZE=20\n`,
    );
    const bare = await run(['import', file, '--yes'], { env: eva });
    expect(bare.code).to.equal(1);
    expect(bare.stderr).to.contain('41 names are not recognised').and.contain('--include-all');
    const done = await run(['import', file, '--yes', '--as', 'other'], { env: eva });
    expect(done.code, done.stderr).to.equal(0);
    expect(done.stdout).to.match(/other:shop +shop +other +will be created/);
    const { stdout } = await run(['env', '--json'], { env: eva });
    expect(Object.keys(JSON.parse(stdout))).to.have.members([...names, 'PAGE_SIZE']);
    const shown = JSON.parse((await run(['show', 'shop', '--json'], { env: eva })).stdout) as Record<
      string,
      unknown
    >;
    expect(shown['settings']).to.deep.equal({ PAGE_SIZE: '20' });
    expect((await run(['import', file, '--include-all'], { env: eva })).stderr).to.contain(
      'Nothing to import',
    );
    const one = await run(['import', file, '--yes', '--include', 'TOOL_7_TOKEN', '--as-name', 'seven'], {
      env: eva,
    });
    expect(one.stderr).to.contain('1 created').and.contain('is set by both "seven" and "shop"');
  });

  it('leaves what is no value where it is, and takes it where somebody insists', async () => {
    const fred = await system.person('fred', 'engineer');
    const file = envFile(
      'references.env',
      'OPENAI_API_KEY=op://dev/openai/key\nANTHROPIC_API_KEY=sk-ant-...xxxx\nGRAFANA_URL=https://grafana.example\n' +
        'GRAFANA_TOKEN=vault:secret/data/grafana#token\nXAI_API_KEY=\u200bxai-some-key\n',
    );
    const left = await run(['import', file, '--yes'], { env: fred });
    expect(left.stdout).to.match(/OPENAI_API_KEY +1 +reference to another store/);
    expect(left.stdout).to.match(/ANTHROPIC_API_KEY +2 +placeholder/);
    expect(left.stdout).to.match(
      /XAI_API_KEY +5 +probably not the value itself +an invisible character \(U\+200B/,
    );
    expect((await run(['list', '--json'], { env: fred })).stdout).to.contain('"items": []');
    await run(['import', file, '--yes', '--include', 'OPENAI_API_KEY'], { env: fred });
    expect((await run(['get', 'OpenAI', 'api_key'], { env: fred })).stdout).to.contain('op://dev/openai/key');
    const rotate = ['rotate', 'OpenAI', '--api-key', '-', '--test', 'skip'];
    const refused = await run(rotate, { env: fred, stdin: '"sk-proj-abc"' });
    expect(refused.code).to.equal(2);
    expect(refused.stderr)
      .to.contain('a value with its quotes around it')
      .and.contain('--allow-unusual quotes');
    const insisted = await run([...rotate, '--allow-unusual', 'quotes'], {
      env: fred,
      stdin: '"sk-proj-abc"',
    });
    expect(insisted.code, insisted.stderr).to.equal(0);
  });

  it('stores a value whose reference nothing sets only where somebody accepts it', async () => {
    const hana = await system.person('hana', 'engineer');
    const file = envFile('undefined.env', 'OPENAI_API_KEY=sk-$' + '{NOBODY_SETS_THIS}-tail\n');
    const left = await run(['import', file, '--yes'], { env: hana });
    expect(left.stderr).to.contain('Nothing to import').and.contain('--accept-undefined');
    const taken = await run(['import', file, '--yes', '--accept-undefined'], { env: hana });
    expect(taken.stderr).to.contain('1 created');
    expect((await run(['get', 'OpenAI', 'api_key'], { env: hana })).stdout).to.equal('sk--tail\n');
  });

  it('starts no scheduled tests with --no-tests, nor where the broker is set up without them', async () => {
    const ines = await system.person('ines', 'engineer');
    const next = async (name: string): Promise<unknown> =>
      JSON.parse((await run(['show', name, '--json'], { env: ines })).stdout)['next_test_at'];
    const file = (name: string) => envFile(`${name}.env`, `OPENAI_API_KEY=${canary}-${name}\n`);
    const without = await run(['import', file('without'), '--yes', '--no-tests'], { env: ines });
    expect(without.stderr).to.contain('tests are off for this import');
    expect(await next('OpenAI')).to.equal(null);
    const anthropic = envFile('with.env', `ANTHROPIC_API_KEY=${canary}-with\n`);
    const usual = await run(['import', anthropic, '--yes'], { env: ines });
    expect(usual.stderr).to.contain('first scheduled tests');
    expect(await next('Anthropic')).to.be.a('string');
    // As with IMPORT_TESTS=off.
    const pace = system.ports.testPace as { imported: boolean };
    pace.imported = false;
    try {
      const grafana = envFile(
        'off.env',
        `GRAFANA_URL=https://grafana.example\nGRAFANA_TOKEN=${canary}-off\n`,
      );
      const off = await run(['import', grafana, '--yes'], { env: ines });
      expect(off.stderr).to.contain('tests are off for this import');
      expect(await next('Grafana')).to.equal(null);
    } finally {
      pace.imported = true;
    }
  });

  it('cleans the file of what is stored, with a backup, and never through a link', async () => {
    const gina = await system.person('gina', 'engineer');
    const text = `# my keys\nexport XAI_API_KEY=${canary}-xai # why\nDEBUG=true\nAWS_REGION=x\n`;
    const file = envFile('clean.env', text);
    chmodSync(file, 0o640);
    symlinkSync(file, join(system.folder, 'link.env'));
    const rest = join(system.folder, 'rest.env');
    const linked = await run(
      ['import', join(system.folder, 'link.env'), '--yes', '--clean', '--write-rest', rest],
      { env: gina },
    );
    expect(linked.code).to.equal(2);
    expect(linked.stderr).to.contain('is a symbolic link');
    expect(readFileSync(file, 'utf8')).to.equal(text);
    const cleaned =
      '# my keys\n# XAI_API_KEY: imported into the credential broker as "xAI"\nDEBUG=true\nAWS_REGION=x\n';
    expect(readFileSync(rest, 'utf8')).to.equal(cleaned);
    expect((await run(['import', file, '--yes'], { env: gina })).stderr).to.contain(
      'delete the 1 imported line ',
    );
    const done = await run(['import', file, '--yes', '--clean'], { env: gina });
    expect(done.code, done.stderr).to.equal(0);
    expect(readFileSync(file, 'utf8')).to.equal(cleaned);
    expect(statSync(file).mode & 0o777).to.equal(0o640);
    const [backup = ''] = readdirSync(system.folder).filter((name) => name.startsWith('clean.env.bak-'));
    expect(readFileSync(join(system.folder, backup), 'utf8')).to.equal(text);
    expect(statSync(join(system.folder, backup)).mode & 0o777).to.equal(0o600);
  });

  it('leaves for the reminders what is not in the broker, again and again, and nothing of a clean file', async () => {
    const env = await system.person('erin', 'engineer');
    const own = ['VAULT_SECRET_ID', 'SECRET_KEY', 'DATABASE_URL', 'REDIS_URL'];
    const text = `${readFileSync(fixture, 'utf8')}\nPROXMOX_09_TOKEN_VALUE=${canary}\n`;
    const importOf = (content: string, ...more: string[]) =>
      run(['import', envFile('erin.env', content), '--yes', ...more], { env });
    await importOf(text);
    const first = await leftBy('erin');
    expect(first.names).to.deep.equal([...own, 'PROXMOX_09_TOKEN_VALUE']);
    expect(first.counts, 'one row for the whole import').to.deep.equal([5]);
    expect((await importOf(text)).stderr).to.contain('Nothing to import');
    const second = await leftBy('erin');
    expect([second.names, second.since]).to.deep.equal([first.names, first.since]);
    expect(second.counts).to.deep.equal([5, ...first.counts]);
    const some = await importOf(text.replace('fake-unifi-api-key', canary), '--only', 'aws');
    expect(some.stderr).to.match(/18 variables are still only in \S+erin\.env: .*UBIQUITI_API_KEY/);
    expect((await leftBy('erin')).names).to.have.members([...first.names, 'UBIQUITI_API_KEY']);
    await importOf('LOG_LEVEL=debug\nPROXMOX_09_TOKEN_VALUE=\n');
    expect((await leftBy('erin')).names).to.deep.equal([]);
    const lone = await importOf(`PROXMOX_09_TOKEN_VALUE=${canary}\n`);
    expect(lone.stderr).to.contain('1 credential incomplete');
    expect((await leftBy('erin')).names).to.deep.equal(['PROXMOX_09_TOKEN_VALUE']);
  });

  it('never showed a value', () => {
    const values = parseDotenv(readFileSync(fixture, 'utf8')).entries.map((e) => e.value ?? '');
    const secrets = [canary, ...values.filter((v) => /fake|sk-|wJalr/i.test(v))];
    for (const secret of secrets) expect(said.join('')).not.to.contain(secret);
  });
});
