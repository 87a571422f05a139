import { expect } from 'chai';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';

describe('glassdome offers', function () {
  this.timeout(180_000);
  let system: CliSystem;
  let anna: NodeJS.ProcessEnv;
  let mallory: NodeJS.ProcessEnv;

  before(async () => {
    system = await startCliSystem();
    anna = await system.person('anna', 'engineer');
    mallory = await system.person('mallory', 'engineer');
  });
  after(() => system.stop());

  const as = (env: NodeJS.ProcessEnv, ...words: string[]): Promise<Ended> => system.glassdome(words, { env });
  const give = async (name: string, variable: string, to: string) => {
    const made = await system.glassdome(
      ['credentials', 'add', 'other', '--name', name, '--secret', 'v=-', '--env', `${variable}=v`],
      { env: mallory, stdin: `value of ${name}` },
    );
    expect(made.code, made.stderr).to.equal(0);
    expect((await as(mallory, 'credentials', 'grant', name, '--to', to)).code).to.equal(0);
  };
  const variables = async (env: NodeJS.ProcessEnv): Promise<string[]> =>
    Object.keys(JSON.parse((await as(env, 'credentials', 'env', '--json')).stdout));

  it('lists, accepts after a question and declines, by name', async () => {
    await give('Offered', 'OFFERED_KEY', 'local:anna');
    const shown = await as(anna, 'offers', 'list');
    expect(shown.stdout).to.match(/local:mallory\/Offered +local:mallory .*OFFERED_KEY +local:anna/);
    expect(await variables(anna)).to.deep.equal([]);
    const asked = await as(anna, 'offers', 'accept', 'Offered');
    expect([asked.code, asked.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('would fill: OFFERED_KEY'),
    );
    const accepted = await as(anna, 'offers', 'accept', 'local:mallory/Offered', '--yes');
    expect(accepted.stderr).to.contain('now fills: OFFERED_KEY');
    expect(await variables(anna)).to.deep.equal(['OFFERED_KEY']);
    expect((await as(anna, 'offers', 'decline', 'Offered')).code).to.equal(0);
    expect(await variables(anna)).to.deep.equal([]);
    const declined = JSON.parse((await as(anna, 'offers', 'list', '--state', 'declined', '--json')).stdout);
    expect(declined.items).to.have.lengthOf(1);
    const { code, stderr } = await as(anna, 'offers', 'accept', 'Nothing', '--yes');
    expect([code, stderr]).to.satisfy(
      ([c, text]: [number, string]) => c === 5 && text.includes('no offer "Nothing"'),
    );
    expect((await as(anna, 'offers', 'accept')).code).to.equal(2);
  });

  it('finds an offered credential by owner and name, and not by its bare name', async () => {
    await give('Bare', 'BARE_KEY', 'local:anna');
    const bare = await as(anna, 'credentials', 'get', 'Bare', 'v');
    expect([bare.code, bare.stdout]).to.deep.equal([5, '']);
    expect(bare.stderr).to.contain('is offered to you').and.contain('local:mallory/Bare');
    const named = await as(anna, 'credentials', 'get', 'local:mallory/Bare', 'v');
    expect(named.stdout.trim()).to.equal('value of Bare');
    const list = await as(anna, 'credentials', 'list');
    expect(list.stdout).to.contain('read (offer)');
  });

  it('answers for a service account of yours, and chooses between two for it', async () => {
    const secretFile = `${system.folder}/robot.secret`;
    await as(anna, 'service-accounts', 'create', 'robot', '--secret-file', secretFile);
    const list = JSON.parse((await as(anna, 'service-accounts', 'list', '--json')).stdout);
    const { id } = list.items[0];
    const robot = {
      ...anna,
      GLASSDOME_BROKER_CLIENT_ID: id,
      GLASSDOME_BROKER_CLIENT_SECRET_FILE: secretFile,
    };
    await give('ForRobot', 'ROBOT_KEY', `service_account:${id}`);
    const accepted = await as(anna, 'offers', 'accept', '--account', 'robot', '--all', '--yes', '--json');
    expect(JSON.parse(accepted.stdout).items[0].fills).to.deep.equal(['ROBOT_KEY']);
    expect(await variables(robot)).to.deep.equal(['ROBOT_KEY']);
    const words = [
      'credentials',
      'prefer',
      'local:mallory/ForRobot',
      '--variable',
      'ROBOT_KEY',
      '--account',
      'robot',
    ];
    const preferred = await as(anna, ...words);
    expect(preferred.stdout, preferred.stderr).to.match(/ROBOT_KEY +[0-9a-f-]{36}/);
    expect((await as(anna, ...words.slice(0, 2), '--none', ...words.slice(3))).stderr).to.contain(
      'No preferences',
    );
    const none = await as(anna, 'credentials', 'prefer', '--account', 'robot');
    expect(none.stderr).to.contain('No preferences');
    const completed = await as(anna, '__complete', 'offers', 'decline', 'B');
    expect(completed.stdout.trim()).to.equal('Bare');
  });

  it('starts nothing with --strict when a credential of somebody else overrides the shell', async () => {
    await give('Over', 'OVER_KEY', 'local:anna');
    await as(anna, 'offers', 'accept', 'Over', '--yes');
    const env = { ...anna, OVER_KEY: 'mine' };
    const strict = await as(env, 'credentials', 'run', '--strict', '--', 'true');
    expect(strict.code).to.equal(6);
    expect(strict.stderr).to.contain('credentials of others override OVER_KEY');
    expect((await as(env, 'credentials', 'run', '--strict', '--no-override', '--', 'true')).code).to.equal(0);
  });
});
