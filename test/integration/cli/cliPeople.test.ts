import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSystem, type RunOptions, startCliSystem } from '../../support/broker/cliSystem.js';

describe('the commands for people, service accounts, teams and audit', function () {
  this.timeout(60_000);
  let system: CliSystem;

  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());

  const run = (words: string, options: RunOptions = {}) => system.glassdome(words.split(' '), options);
  const asPerson = (name: string) => ({
    ...system.admin,
    GLASSDOME_BROKER_SESSION_FILE: join(system.folder, `${name}.json`),
  });

  it('adds a person, whose one-time password alone stands on stdout and opens one login', async () => {
    const { stdout, stderr } = await run('users add ben --role engineer');
    expect(stdout).to.match(/^[A-Za-z0-9]{20}\n$/);
    expect(stderr).to.contain('Added ben as engineer');
    const options = { env: asPerson('ben'), stdin: stdout };
    const login = await run('login --username ben --password - --new-password another-long-one', options);
    expect(login.code, login.stderr).to.equal(0);
    expect((await run('users list')).stdout).to.match(/ben +engineer +active/);
    expect((await run('users list', { env: asPerson('ben') })).code).to.equal(4);
  });

  it('changes roles, disables at once, and resets passwords', async () => {
    expect((await run('users set-role ben architect')).stderr).to.equal('ben is architect now.\n');
    const wrong = await run('users set-role ben king');
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('observer, engineer, architect, admin');
    const unasked = await run('users disable ben');
    expect(unasked.code).to.equal(2);
    expect(unasked.stderr).to.contain('--yes');
    expect((await run('users disable ben --yes')).code).to.equal(0);
    expect((await run('users disabled')).stdout).to.match(/local:ben +20\d\d-\S+ \S+Z +local:admin/);
    expect((await run('whoami', { env: asPerson('ben') })).code).to.equal(3);
    expect((await run('credentials list', { env: asPerson('ben') })).code).to.equal(3);
    const enabled = await run('users enable ben');
    expect(enabled.code).to.equal(0);
    expect(enabled.stderr).to.contain('ben is enabled again. Their sessions have ended');
    expect((await run('users reset-password ben --yes')).stdout).to.match(/^[A-Za-z0-9]{20}\n$/);
    expect((await run('users reset-password nobody --yes')).code).to.equal(5);
    expect((await run('users disable admin --yes')).stderr).to.contain('last admin');
    expect((await run('users enable admin')).stderr).to.equal(
      'admin was not disabled. Nothing has changed.\n',
    );
  });

  it('shuts out people of another issuer by their principal, and lets them in again', async () => {
    expect((await run('users disable glassdome:7')).code).to.equal(2);
    const done = await run('users disable glassdome:7 --yes');
    expect(done.stderr).to.contain('glassdome:7 is disabled');
    expect((await run('users disabled')).stdout).to.match(/glassdome:7 .*local:admin/);
    expect((await run('users enable glassdome:7')).stderr).to.equal('glassdome:7 is enabled again.\n');
    expect((await run('users disabled')).stderr).to.contain('No disabled accounts.');
    expect((await run('users disable sa:nobody --yes')).code).to.equal(5);
  });

  it('names the argument that was wrong as it was typed', async () => {
    const team = await run('teams create Red2');
    expect(team.code).to.equal(2);
    expect(team.stderr).to.contain('<name> must be 1 to 63 of a-z').and.not.contain('--name');
    expect((await run('users add Ben')).stderr).to.contain('<username> must be 1 to 63');
  });

  it("changes one's own password and stays logged in", async () => {
    const first = await system.person('eve', 'engineer');
    const words = 'password --current-password long-enough-eve --new-password';
    const changed = await run(`${words} an-even-longer-one`, { env: first });
    expect(changed.code, changed.stderr).to.equal(0);
    expect((await run('whoami', { env: first })).stdout).to.contain('local:eve');
    const wrong = await run(`${words} a-third-long-one-x`, { env: first });
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('is not the current password').and.not.contain('long-enough-eve\n');
    const token = { ...first, GLASSDOME_BROKER_TOKEN: 'a.b.c' };
    expect((await run('password --new-password -', { env: token, stdin: 'x' })).code).to.equal(3);
  });

  it('makes a service account whose secret is shown once or written to a file of 0600, never over another', async () => {
    const shown = await run('service-accounts create celery --description worker');
    const lines = Object.fromEntries(
      shown.stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );
    const { GLASSDOME_BROKER_SESSION_FILE: _, ...rest } = system.admin;
    expect((await run('whoami', { env: { ...rest, ...lines } })).stdout).to.contain('service_account');
    const file = join(system.folder, 'poller.secret');
    const written = await run(`service-accounts create poller --secret-file ${file}`);
    expect(written.stdout).to.contain(`GLASSDOME_BROKER_CLIENT_SECRET_FILE=${file}`);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const secret = readFileSync(file, 'utf8').trim();
    expect(secret).to.match(/^gdsa_/);
    expect(written.stdout + written.stderr).not.to.contain(secret);
    const over = await run(`service-accounts create third --secret-file ${file}`);
    expect(over.code).to.equal(2);
    expect(over.stderr).to.contain('the file already exists');
    expect(readFileSync(file, 'utf8').trim()).to.equal(secret);
    const unmade = join(system.folder, 'unmade.secret');
    expect((await run(`service-accounts create celery --secret-file ${unmade}`)).code).to.equal(6);
    expect(existsSync(unmade)).to.equal(false);
    const unasked = await run('service-accounts reset-secret celery');
    expect([unasked.code, unasked.stderr.includes('--yes')]).to.deep.equal([2, true]);
    const renewed = join(system.folder, 'celery.secret');
    const reset = await run(`service-accounts reset-secret celery --secret-file ${renewed} --yes`);
    expect([reset.code, reset.stdout], reset.stderr).to.deep.equal([
      0,
      `GLASSDOME_BROKER_CLIENT_ID=${lines['GLASSDOME_BROKER_CLIENT_ID']}\nGLASSDOME_BROKER_CLIENT_SECRET_FILE=${renewed}\n`,
    ]);
    expect((await run('whoami', { env: { ...rest, ...lines } })).code).to.equal(3);
    lines['GLASSDOME_BROKER_CLIENT_SECRET'] = readFileSync(renewed, 'utf8').trim();
    expect((await run('whoami', { env: { ...rest, ...lines } })).code).to.equal(0);
    expect((await run('service-accounts reset-secret nobodys --yes')).code).to.equal(5);
    await run('credentials add openai --name Key --api-key x-1234567890');
    const shared = await run('credentials grant Key --to sa:celery');
    expect(shared.stderr).to.equal('"Key" is shared with sa:celery (read).\n');
    await run('credentials get Key', { env: { ...rest, ...lines } });
    for (const words of ['grants Key', 'usage Key'])
      expect((await run(`credentials ${words}`)).stdout, words).to.match(/ sa:celery /);
    expect((await run('audit list --actor sa:celery --action credential.read')).stdout).to.contain(
      'sa:celery',
    );
    expect((await run('credentials list --owner sa:celery')).stderr).to.contain('No credentials match');
    expect((await run('credentials list --owner sa:nobodys')).code).to.equal(5);
    expect((await run('credentials usage Key --json')).stdout, 'for scripts').to.match(/"sa:[0-9a-f-]{36}"/);
    expect((await run('service-accounts revoke celery --yes')).code).to.equal(0);
    expect((await run('credentials usage Key')).stdout).to.match(/sa:[0-9a-f-]{36} \(celery, revoked\)/);
    expect((await run('whoami', { env: { ...rest, ...lines } })).code).to.equal(3);
    const gone = await run('service-accounts revoke celery --yes');
    expect(gone.code).to.equal(5);
    expect(gone.stderr).to.contain('There are: poller');
  });

  it('keeps teams: adds and removes members and leaves the others as they are', async () => {
    await system.person('fay', 'engineer');
    await system.person('gus', 'architect');
    const made = await run('teams create blue --member fay --lead gus');
    expect(made.stderr).to.equal('Team blue: local:fay, local:gus (lead)\n');
    await run('teams add-member blue eve gus');
    const { stdout } = await run('teams list --json');
    const [team] = (JSON.parse(stdout) as { items: { members: unknown[] }[] }).items;
    expect(team?.members).to.have.deep.members([
      { principal: 'local:fay', lead: false },
      { principal: 'local:gus', lead: true },
      { principal: 'local:eve', lead: false },
    ]);
    expect((await run('teams remove-member blue fay')).stderr).not.to.contain('fay');
    expect((await run('teams remove-member blue fay')).code).to.equal(5);
    expect((await run('teams set-members blue fay')).stderr).to.equal('Team blue: local:fay\n');
    expect((await run('teams add-member green fay')).stderr).to.contain('There are: blue');
    const refused = await run('teams add-member blue admin');
    expect(refused.code).to.equal(4);
    expect(refused.stderr).to.contain('--reason');
    expect((await run('teams add-member blue admin --reason drill')).code).to.equal(0);
    await run('teams create brief');
    expect((await run('teams remove brief')).stderr).to.contain('--yes');
    expect((await run('teams remove brief --yes')).stderr).to.equal('Removed the team brief.\n');
    expect((await run('teams remove brief --yes')).code).to.equal(5);
  });

  it('lists the trail by what was asked for, and verifies it', async () => {
    const all = await run('audit list --json --limit 250');
    const items = (JSON.parse(all.stdout) as { items: { action: string; at: string }[] }).items;
    expect(items.length).to.be.greaterThan(20);
    const teams = await run('audit list --action team.change');
    expect(teams.stdout.trim().split('\n').slice(1)).to.satisfy((lines: string[]) =>
      lines.every((line) => line.includes('team.change')),
    );
    expect(teams.stdout).to.contain('(break-glass)');
    const [oldest, newest] = [items.at(-1), items[0]];
    const rowsOf = async (words: string) =>
      (
        JSON.parse((await run(`audit list --json --limit 250 ${words}`)).stdout).items as { at: string }[]
      ).map(({ at }) => at);
    const first = await rowsOf(`--to ${newest?.at} --outcome allowed`);
    expect(first.length).to.be.greaterThan(5);
    expect(first).to.satisfy((rows: string[]) => rows.every((at) => at < (newest?.at ?? '')));
    expect(await rowsOf(`--from ${newest?.at}`))
      .to.include(newest?.at)
      .and.not.include(oldest?.at);
    expect(await rowsOf(`--from ${oldest?.at} --to ${oldest?.at}`)).to.deep.equal([]);
    const wrong = await run('audit list --action credential.steal');
    expect([wrong.code, wrong.stderr.includes('credential.read')]).to.deep.equal([2, true]);
    const verified = await run('audit verify');
    expect(verified.code).to.equal(0);
    expect(verified.stderr).to.match(/^Audit trail is intact: \d+ rows in \d+ chains/);
    expect((await run('audit verify', { env: asPerson('eve') })).code).to.equal(4);
  });

  it('tells what happened to a credential that is deleted, by its name, or destroyed, by its id', async () => {
    const body = { name: 'Gone', service_type: 'openai', fields: { api_key: 'x-1234567890' } };
    const made = (await (await system.send('POST', '/api/credentials', body)).json()) as { id: string };
    const trail = async (word: string) => {
      const { stdout } = await run(`audit list --json --credential ${word}`);
      return (JSON.parse(stdout) as { items: { action: string }[] }).items.map(({ action }) => action);
    };
    expect((await run('credentials delete Gone --yes')).code).to.equal(0);
    expect(await trail('Gone')).to.include.members(['credential.create', 'credential.delete']);
    expect((await run('credentials destroy Gone --confirm Gone')).code).to.equal(0);
    expect(await trail(made.id)).to.include.members(['credential.create', 'credential.destroy']);
  });
});
