import { declareReportSchedule } from '../usecases/scheduledReports.js';
import { startEventTicks } from './eventTicks.js';
import { SCHEDULES } from './schedules.js';
import { tasksOf, type WorkerParts } from './tasks.js';
import { startTicks } from './ticks.js';

export interface Worker {
  /** Takes no more work and waits for what runs. */
  stop(): Promise<void>;
}

/** Does what is due by the clock and what others enqueued. Any number of processes may run one. */
export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { jobs } = parts.ports;
  await declareReportSchedule(parts.ports, parts.reportSchedule);
  const runner = await jobs.work(tasksOf(parts));
  const ticks = [await startTicks(parts.ports, SCHEDULES), startEventTicks(parts.ports)];
  return {
    async stop() {
      for (const each of ticks) await each.stop();
      await runner.stop();
    },
  };
}
