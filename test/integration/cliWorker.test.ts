import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, type RunOptions, startCliSystem } from '../support/cliSystem.js';

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
    expect(stderr).to.contain('No worker runs');
    const { stdout: asJson } = await run('worker status --json');
    expect(JSON.parse(asJson)).to.have.all.keys('queue', 'workers', 'schedules', 'tasks');
    const engineer = await system.person('eve', 'engineer');
    expect((await run('worker status', { env: engineer })).code).to.equal(4);
  });

  it('add a channel whose URL is on no command line, and show only its host', async () => {
    const file = join(system.folder, 'hook.url');
    writeFileSync(file, 'https://hooks.lab.example/only-we-know\n', { mode: 0o600 });
    expect((await run('channels list')).stderr).to.contain('nobody is told');
    const words = `channels add on-call webhook --url @${file} --min-severity warning --only expiring --label team=red`;
    const added = await run(words);
    expect(added.stdout, added.stderr).to.match(/^[\w-]{43}\n$/);
    expect(added.stderr).to.contain('shown this once');
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
    expect(stdout).to.match(/consumer +webhook +consumer\.lab\.example +info +events, site=lab +0 +0/);
    expect((await run('channels add both webhook --url @f --events --only expiring')).code).to.equal(2);
    expect((await run('channels remove consumer --yes')).code).to.equal(0);
  });

  it('tell when a test does not arrive, and end with 1', async () => {
    const { stderr, code } = await run('channels test on-call');
    expect(code).to.equal(1);
    expect(stderr).to.match(/Not sent to on-call: name_not_found/);
    expect((await run('channels test nobody')).code).to.equal(5);
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
