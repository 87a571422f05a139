import { expect } from 'chai';
import { tasksOf } from '../../../src/worker/tasks.js';
import { type CliSystem, startCliSystem } from '../../support/broker/cliSystem.js';

describe('glassdome worker run', function () {
  this.timeout(120_000);
  let system: CliSystem;
  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());

  const run = (words: string) => system.glassdome(['worker', 'run', ...words.split(' ')]);
  const audited = async () => {
    const answer = await system.send('GET', '/api/audit?action=worker.run&limit=50');
    const { items } = (await answer.json()) as { items: { outcome: string; details: { task?: string } }[] };
    return items.map(({ outcome, details }) => [outcome, details.task]);
  };

  it('is for admins, and for tasks of the schedule', async () => {
    const env = await system.person('eve', 'architect');
    expect((await system.glassdome(['worker', 'run', 'clean_up'], { env })).code).to.equal(4);
    for (const task of ['make_report', 'send_channel', 'destroy', 'CLEAN_UP', '../status', '__proto__']) {
      const { code, stderr } = await run(task);
      expect(code, task).to.equal(task === '../status' ? code : 2);
      expect(stderr, task).to.match(/task: must be one of|must be one of|no such/i);
    }
    expect((await audited()).map(([outcome]) => outcome))
      .to.include('denied')
      .and.not.include('allowed');
  });

  it('says that no worker runs; the request waits', async () => {
    const { code, stderr } = await run('remind');
    expect(code).to.equal(7);
    expect(stderr).to.contain('No worker is running');
    expect(await audited()).to.deep.include(['allowed', 'remind']);
  });

  describe('with a worker', () => {
    let runner: { stop(): Promise<void> };
    before(async () => {
      const { ports } = system;
      const parts = {
        ports,
        reconcilerStore: () => Promise.reject(new Error('not here')),
        destroyer: () => Promise.reject(new Error('not here')),
        noticePolicy: { expiryDays: [30], unusedDays: 90 },
        retention: { usageMonths: 13, testsMonths: 13, auditMonths: 24 },
        drift: 'report',
        reportSchedule: { name: 'report', expression: '0 6 * * 1', timezone: 'UTC' },
      };
      runner = await ports.jobs.work(tasksOf(parts as unknown as Parameters<typeof tasksOf>[0]));
    });
    after(() => runner.stop());

    for (const task of ['clean_up', 'test_due', 'remind', 'notify', 'checkpoint', 'reports_due'])
      it(`runs ${task} and shows its result`, async () => {
        const { code, stdout, stderr } = await run(`${task} --timeout 60`);
        expect(code, stderr).to.equal(0);
        expect(stdout)
          .to.match(new RegExp(`task +${task}`))
          .and.match(/result +ok/);
        if (task === 'clean_up') expect(stdout).to.match(/rewrapped +0/);
        expect(await audited()).to.deep.include(['allowed', task]);
      });

    it('ends with 1 where the task fails, and answers at once with --no-wait', async () => {
      const failed = await run('reconcile --timeout 60');
      expect(failed.code, failed.stdout).to.equal(1);
      expect(failed.stderr).to.contain('reconcile failed');
      const { stdout } = await run('notify --no-wait --json');
      expect(JSON.parse(stdout)).to.include({ task: 'notify', workers: 1 });
    });
  });
});
