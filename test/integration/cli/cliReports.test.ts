import { expect } from 'chai';
import { type CliSystem, type RunOptions, startCliSystem } from '../../support/broker/cliSystem.js';

describe('the commands for reports', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let lead: Awaited<ReturnType<CliSystem['person']>>;

  before(async () => {
    system = await startCliSystem();
    lead = await system.person('lena', 'engineer');
    await run('teams create red --lead lena');
  });
  after(() => system.stop());

  const run = (words: string | string[], options: RunOptions = {}) =>
    system.glassdome(typeof words === 'string' ? words.split(' ') : words, options);
  const idOf = async (n: number) =>
    JSON.parse((await run('reports list --json')).stdout).items[n].id as string;

  it('make one, and list them page by page', async () => {
    expect((await run('reports list')).stderr).to.contain('No reports yet');
    const { stdout, code, stderr } = await run('reports make');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^summary +0 credentials, 0 of them not working/m);
    expect((await run('reports make --team red')).code).to.equal(0);
    expect((await run('reports make --to 2999-01-01T00:00:00Z')).stderr).to.contain('future');
    expect(JSON.parse((await run('reports list --limit 1 --json')).stdout).items).to.have.length(1);
    expect((await run('reports list')).stdout)
      .to.match(/red +0 credentials/)
      .and.match(/all +0 credentials/);
    expect((await run('reports list', { env: lead })).stdout).to.not.match(/all +0 credentials/);
  });

  it('show one as page, as table, as JSON', async () => {
    const id = await idOf(0);
    expect((await run(`reports show ${id} --html`)).stdout).to.match(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect((await run(`reports show ${id} --csv`)).stdout).to.match(/^"section","item"[\s\S]*"who_used",0/);
    expect(JSON.parse((await run(`reports show ${id} --json`)).stdout)).to.include({ id, team: 'red' });
    expect((await run(`reports show ${id} --html`, { env: lead })).code).to.equal(0);
    const hidden = await run(`reports show ${await idOf(1)} --html`, { env: lead });
    expect([hidden.code, hidden.stdout]).to.deep.equal([5, '']);
    expect((await run(`reports show ${id} --html --csv`)).code).to.equal(2);
  });

  it('set when they are made by themselves, a lead for his team', async () => {
    const add = ['reports', 'schedules', 'add', 'weekly', '0 6 * * 1', '--timezone', 'Europe/Berlin'];
    expect((await run('reports schedules list')).stderr).to.contain('No schedule');
    expect((await run(add)).stderr).to.contain('Created report schedule weekly');
    expect((await run(add, { env: lead })).code).to.equal(4);
    expect((await run([...add, '--team', 'red'], { env: lead })).code).to.equal(0);
    const wrong = await run(['reports', 'schedules', 'add', 'often', '* * * * *']);
    expect([wrong.code, wrong.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && /expression/.test(text),
    );
    const { stdout } = await run('reports schedules list');
    expect(stdout)
      .to.match(/^weekly +all +0 6 \* \* 1 +Europe\/Berlin/m)
      .and.match(/^weekly +red/m);
    expect((await run('reports schedules remove weekly --yes')).stderr).to.contain('Give the id');
    expect((await run('reports schedules disable weekly', { env: lead })).stderr).to.equal(
      'weekly is disabled.\n',
    );
    expect((await run('reports schedules list', { env: lead })).stdout).to.match(/red .* disabled/);
    expect((await run('reports schedules enable weekly', { env: lead })).code).to.equal(0);
    const change = ['reports', 'schedules', 'change', 'weekly'];
    const changes = [
      '--name',
      'monthly',
      '--expression',
      '0 7 1 * *',
      '--timezone',
      'UTC',
      '--channel',
      'all',
    ];
    expect((await run(change, { env: lead })).code).to.equal(2);
    const changed = await run([...change, ...changes], { env: lead });
    expect([changed.code, changed.stderr]).to.deep.equal([0, 'Changed monthly.\n']);
    const [own] = JSON.parse((await run('reports schedules list --json', { env: lead })).stdout).items;
    expect(own).to.deep.include({
      name: 'monthly',
      expression: '0 7 1 * *',
      timezone: 'UTC',
      channels: null,
    });
    const nobodys = ['--channel', '00000000-0000-4000-8000-000000000000'];
    expect((await run(['reports', 'schedules', 'change', 'monthly', ...nobodys])).code).to.equal(5);
    expect((await run('reports schedules change monthly --name weekly', { env: lead })).code).to.equal(0);
    expect((await run('reports schedules remove weekly', { env: lead })).code).to.equal(2);
    expect((await run('reports schedules remove weekly --yes', { env: lead })).stderr).to.equal(
      'Removed weekly.\n',
    );
    expect((await run('reports schedules remove weekly --yes')).stderr).to.equal('Removed weekly.\n');
    expect((await run('reports schedules remove weekly --yes')).code).to.equal(5);
  });
});
