import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, type RunOptions, startCliSystem } from '../../support/broker/cliSystem.js';

describe('the commands for the worker and where notices go', function () {
  this.timeout(60_000);
  let system: CliSystem;

  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());

  const run = (words: string, options: RunOptions = {}) => system.glassdome(words.split(' '), options);

  it('say that no worker runs, to admins only', async () => {
    const { stdout, stderr, code } = await run('worker status');
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(/^workers +0$/m)
      .and.match(/^lag +0 s$/m);
    expect(stderr).to.contain('No worker is running');
    const { stdout: asJson } = await run('worker status --json');
    expect(JSON.parse(asJson)).to.have.all.keys('queue', 'workers', 'schedules', 'stopped', 'tasks');
    const engineer = await system.person('eve', 'engineer');
    expect((await run('worker status', { env: engineer })).code).to.equal(4);
  });

  it('tell what somebody did in Vault, and that nobody did', async () => {
    const nothing = await run('findings');
    expect([nothing.code, nothing.stdout]).to.deep.equal([0, '']);
    expect(nothing.stderr).to.contain('No findings');
    expect(JSON.parse((await run('findings --json')).stdout)).to.deep.equal({ items: [] });
    const body = { name: 'lab', service_type: 'other', fields: { value: 'v1' } };
    await system.send('POST', '/api/credentials', body);
    const headers = { 'X-Vault-Token': system.vault.rootToken };
    const at = `${system.vault.address}/v1/glassdome-credentials`;
    const listed = await fetch(`${at}/metadata/other`, { method: 'LIST', headers });
    const [path] = ((await listed.json()) as { data: { keys: string[] } }).data.keys;
    const edit = { method: 'POST', headers, body: JSON.stringify({ data: { value: 'v2' } }) };
    await fetch(`${at}/data/other/${path}`, edit);
    await system.reconcile();
    const { stdout, stderr } = await run('findings --kind drift');
    expect(stdout).to.match(/^drift +local:admin\/lab +2 +value +/m);
    expect(stderr).to.contain('glassdome credentials activate');
    expect(stdout + stderr).to.not.contain('v2');
    expect((await run('credentials activate lab 2')).code).to.equal(0);
    expect((await run('findings')).stderr).to.contain('No findings');
    expect((await run('findings --all')).stdout).to.match(/^drift .* activated$/m);
    expect((await run('findings --kind trouble')).code).to.equal(2);
  });

  it('add a channel whose URL is on no command line, and show only its host', async () => {
    const file = join(system.folder, 'hook.url');
    writeFileSync(file, 'https://hooks.lab.example/only-we-know\n', { mode: 0o600 });
    expect((await run('channels list')).stderr).to.contain('no notices are sent');
    const words = `channels add on-call webhook --url @${file} --min-severity warning --only expiring --label team=red`;
    const added = await run(words);
    expect(added.stdout, added.stderr).to.match(/^[\w-]{43}\n$/);
    expect(added.stderr).to.contain('shown only once');
    const { stdout } = await run('channels list');
    expect(stdout).to.match(/on-call +webhook +hooks\.lab\.example +warning +expiring, team=red/);
    expect(stdout).to.not.contain('only-we-know');
  });

  it('add a webhook that follows events', async () => {
    const file = join(system.folder, 'follow.url');
    writeFileSync(file, 'https://consumer.lab.example/reload\n', { mode: 0o600 });
    const added = await run(`channels add consumer webhook --url @${file} --events --label site=lab`);
    expect(added.code, added.stderr).to.equal(0);
    const { stdout } = await run('channels list');
    expect(stdout).to.match(/consumer +webhook +consumer\.lab\.example +info +events, site=lab +on +0 +0/);
    expect((await run('channels add both webhook --url @f --events --only expiring')).code).to.equal(2);
    expect((await run('channels remove consumer --yes')).code).to.equal(0);
  });

  it('tell when a test does not arrive, and end with 1', async () => {
    const { stderr, code } = await run('channels test on-call');
    expect(code).to.equal(1);
    expect(stderr).to.match(/Not sent to on-call: name_not_found/);
    expect((await run('channels test nobody')).code).to.equal(5);
  });

  it('change it, pause it, and show what was handed over to it', async () => {
    const words = '--quiet 22:00-07:00 --timezone Europe/Berlin --let-through nothing --name nights';
    expect((await run(`channels change on-call ${words}`)).stderr).to.equal('Changed on-call.\n');
    expect((await run('channels pause nights')).code).to.equal(0);
    const [channel] = JSON.parse((await run('channels list --json')).stdout).items;
    expect(channel).to.deep.include({
      name: 'nights',
      paused: true,
      min_severity: 'warning',
      quiet_hours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin', let_through: null },
    });
    expect((await run('channels list')).stdout).to.match(/nights .* paused/);
    const none = await run('channels deliveries nights --state dead');
    expect([none.stdout, none.stderr]).to.deep.equal(['', 'No deliveries match.\n']);
    expect((await run('channels change nights --quiet never --name on-call')).code).to.equal(0);
    expect((await run('channels resume on-call')).stderr).to.equal('Resumed on-call.\n');
    expect((await run('channels change on-call --quiet late')).code).to.equal(2);
    expect((await run('channels change on-call')).stderr).to.contain('Nothing to change');
    for (const words of ['--timezone Europe/Paris', '--let-through warning'])
      expect((await run(`channels change on-call ${words}`)).stderr).to.contain('requires --quiet');
  });

  it('list what one was told, take it as seen, and put it off', async () => {
    expect((await run('notices list')).stderr).to.contain('No open notices.');
    const made = { username: 'zoe', role: 'engineer', email: 'zoe@lab.example' };
    await system.send('POST', '/api/users', made);
    await system.send('POST', '/api/users/zoe/reset-password');
    const { stdout } = await run('notices list');
    expect(stdout).to.match(/warning +local:admin reset a password\./);
    const [notice] = JSON.parse((await run('notices list --json')).stdout).items;
    const refused = await run(`notices ack ${notice.id}`);
    expect(refused.code).to.equal(4);
    expect((await run(`notices snooze ${notice.id} 2999-01-01T00:00:00Z`)).code).to.not.equal(0);
    expect((await run('notices list --kind expiring')).stdout).to.equal('');
    expect((await run('notices ack 00000000-0000-4000-8000-000000000000')).code).to.equal(5);
    expect((await run('users set-email zoe none')).stderr).to.contain('no mail');
    expect((await run('users set-email zoe new@lab.example')).stderr).to.contain('new@lab.example');
    expect((await run('users set-email zoe nowhere')).code).to.equal(2);
  });

  it('keep what somebody wants to be reminded of beside a credential', async () => {
    const file = join(system.folder, 'value');
    writeFileSync(file, 'v', { mode: 0o600 });
    const field = ['--secret', `value=@${file}`];
    const add = ['credentials', 'add', 'other', '--name', 'Key', ...field, '--remind-days', '60,30'];
    const made = await system.glassdome([...add, '--unused-days', 'never', '--json']);
    expect(made.code, made.stderr).to.equal(0);
    expect(JSON.parse(made.stdout).reminders).to.deep.equal({ expiry_days: [60, 30], unused_days: null });
    const muted = await run('credentials update Key --mute --json');
    expect(JSON.parse(muted.stdout).reminders).to.deep.equal({
      expiry_days: [60, 30],
      unused_days: null,
      muted: true,
    });
    const usual = await run('credentials update Key --usual-reminders --json');
    expect(JSON.parse(usual.stdout).reminders).to.equal(null);
    expect((await run('credentials update Key --remind-days soon')).code).to.equal(2);
  });

  it('explain what is missing', async () => {
    const wrong = await run('channels add post mail --to a@lab.example');
    expect(wrong.code).to.equal(6);
    expect(wrong.stderr).to.contain('SMTP_HOST');
    expect((await run('channels add post pigeon')).code).to.equal(2);
    expect((await run('channels add post webhook --label red')).code).to.equal(2);
  });

  it('remove it when that is confirmed', async () => {
    expect((await run('channels remove on-call')).code).to.equal(2);
    expect((await run('channels retry on-call')).stderr).to.contain('0 for on-call');
    expect((await run('channels remove on-call --yes')).stderr).to.equal('Removed on-call.\n');
    expect(JSON.parse((await run('channels list --json')).stdout)).to.deep.equal({ items: [] });
  });
});
