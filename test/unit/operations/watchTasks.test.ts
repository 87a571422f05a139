import { expect } from 'chai';
import { silenceOf } from '../../../src/domain/operations/standstill.js';
import type { Ports } from '../../../src/ports/ports.js';
import { taskWatch } from '../../../src/usecases/operations/watchTasks.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';

const BEGIN = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const at = (minutes: number) => new Date(BEGIN + minutes * MINUTE);
const okAt = (minutes: number, tasks = ['checkpoint', 'notify', 'test_due']) =>
  tasks.map((task) => ({ task, lastOkAt: at(minutes) }));

describe('The watch over what must go on', () => {
  const stopped = (tasks: Parameters<typeof silenceOf>[0], minutes: number) =>
    silenceOf(tasks, { now: at(minutes), startedAt: at(0) })
      .filter((each) => each.stopped)
      .map(({ task }) => task);

  it('bears three periods, and no more', () => {
    expect(stopped(okAt(10), 13)).to.deep.equal([]);
    expect(stopped(okAt(10), 13.1)).to.deep.equal(['checkpoint', 'notify', 'test_due']);
    expect(stopped([...okAt(13, ['checkpoint', 'test_due']), ...okAt(5, ['notify'])], 14)).to.deep.equal([
      'notify',
    ]);
  });

  it('counts from its own start where nothing ever ran', () => {
    expect(stopped([], 3)).to.deep.equal([]);
    expect(stopped([], 4)).to.have.length(3);
  });

  it('does not believe a run in the future', () => {
    expect(stopped(okAt(40 * 1_440), 4)).to.have.length(3);
    expect(stopped(okAt(5), 4)).to.deep.equal([]);
  });

  it('logs each look, and leaves a notice and an audit row once an hour', async () => {
    let now = at(0);
    const log = rememberingLog();
    const notices: string[] = [];
    const actions: string[] = [];
    const tx = {
      notice: async ({ kind, period }: { kind: string; period: string }) =>
        void notices.push(`${kind} ${period}`),
      audit: ({ action }: { action: string }) => void actions.push(action),
    };
    const look = taskWatch({
      clock: { now: () => now },
      log,
      jobs: { status: async () => ({ tasks: okAt(0) }) },
      changes: { run: (work: (given: typeof tx) => Promise<void>) => work(tx) },
    } as unknown as Ports);
    for (const minutes of [2, 4, 5, 59, 61, 62]) {
      now = at(minutes);
      await look();
    }
    expect(log.lines.filter(({ event }) => event === 'task_stopped')).to.have.length(15);
    expect(notices).to.deep.equal([
      `tasks_stopped ${at(0).toISOString()}`,
      `tasks_stopped ${at(60).toISOString()}`,
    ]);
    expect(actions).to.deep.equal(['worker.stopped', 'worker.stopped']);
  });
});
