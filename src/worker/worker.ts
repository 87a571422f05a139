import type { JobRunner } from '../ports/jobs.js';
import { declareReportSchedule } from '../usecases/reports/scheduledReports.js';
import { DESTROY_SCHEDULES, SCHEDULES } from './schedules.js';
import { destroyTasks, tasksOf, type WorkerParts } from './tasks.js';
import { startEventTicks, startOwnExpiryTicks, startTicks, type Ticks } from './ticks.js';

export interface Worker {
  /** Takes no more work and waits for what runs. */
  stop(): Promise<void>;
}

/** Does what is due by the clock and what others enqueued. Any number of processes may run one. */
export async function startWorker(parts: WorkerParts, destroys = false): Promise<Worker> {
  const { jobs } = parts.ports;
  await declareReportSchedule(parts.ports, parts.reportSchedule);
  const runner = await jobs.work({ ...tasksOf(parts), ...(destroys && destroyTasks(parts)) });
  const schedules = [...SCHEDULES, ...(destroys ? DESTROY_SCHEDULES : [])];
  return workerOf(runner, [await startTicks(parts.ports, schedules), startEventTicks(parts.ports)]);
}

/** Destroys what is marked, and looks when its own login ends, which no other process can. */
export async function startDestroyer(parts: WorkerParts): Promise<Worker> {
  const runner = await parts.ports.jobs.work(destroyTasks(parts));
  return workerOf(runner, [
    await startTicks(parts.ports, DESTROY_SCHEDULES),
    startOwnExpiryTicks(parts.ports),
  ]);
}

function workerOf(runner: JobRunner, ticks: readonly Ticks[]): Worker {
  return {
    async stop() {
      for (const each of ticks) await each.stop();
      await runner.stop();
    },
  };
}
