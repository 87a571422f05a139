import { expect } from 'chai';
import type { JobRunner } from '../../../src/ports/jobs.js';
import { runBulk } from '../../../src/usecases/bulk/runBulk.js';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';

describe('glassdome credentials bulk', function () {
  this.timeout(180_000);
  let system: CliSystem;
  let anna: NodeJS.ProcessEnv;
  let runner: JobRunner;

  before(async () => {
    system = await startCliSystem();
    const { ports } = system;
    runner = await ports.jobs.work({ bulk: ({ job_id: id }, signal) => runBulk(ports, id, signal) });
    anna = await system.person('anna', 'engineer');
    for (const name of ['First', 'Second', 'Third']) {
      const words = ['credentials', 'add', 'other', '--name', name, '--secret', 'v=-'];
      const made = await system.glassdome(words, { env: anna, stdin: `value of ${name}` });
      expect(made.code, made.stderr).to.equal(0);
    }
  });
  after(async () => {
    await runner.stop();
    await system.stop();
  });

  const bulk = (...words: string[]): Promise<Ended> =>
    system.glassdome(['credentials', 'bulk', ...words], { env: anna });
  it('labels those that are named, and answers in JSON', async () => {
    const { code, stdout, stderr } = await bulk(
      'label',
      'First',
      'Second',
      '--set',
      'env=lab',
      '--yes',
      '--json',
    );
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ act: 'label', state: 'done', total: 2, done: 2 });
  });

  it('acts on all that match, lists what failed, and ends with 1 then', async () => {
    const { code, stdout, stderr } = await bulk(
      'grant',
      '--label',
      'env=lab',
      '--to',
      'local:nobody',
      '--yes',
    );
    expect(code, stderr).to.equal(1);
    expect(stdout)
      .to.match(/First +invalid_request/)
      .and.to.match(/does not exist/);
    expect(stderr).to.contain('0 done, 2 failed, 0 skipped.');
  });

  it('asks first, and refuses what makes no sense', async () => {
    const asked = await bulk('delete', 'First');
    expect([asked.code, asked.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('delete 1 credentials?'),
    );
    for (const words of [
      ['delete', '--yes'],
      ['delete', 'First', '--search', 'x', '--yes'],
      ['rotate', 'First', '--yes'],
      ['disable', 'First', '--set', 'a=b', '--yes'],
      ['grant', 'First', '--yes'],
      ['reminder', 'First', '--yes'],
    ])
      expect((await bulk(...words)).code, words.join(' ')).to.equal(2);
  });
});
