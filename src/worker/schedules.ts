import type { TaskName } from '../domain/operations/workerTasks.js';
import type { Schedule } from '../ports/jobs.js';

const schedule = (name: TaskName, expression: string): Schedule => ({ name, expression, timezone: 'UTC' });

/** What is always due by the clock. Each name is that of a task; none may be due more often than each minute. */
export const SCHEDULES: readonly Schedule[] = [
  schedule('checkpoint', '* * * * *'),
  schedule('reconcile', '*/5 * * * *'),
  schedule('test_due', '* * * * *'),
  schedule('remind', '*/5 * * * *'),
  schedule('notify', '* * * * *'),
  schedule('reports_due', '* * * * *'),
  schedule('clean_up', '20 3 * * *'),
];

/** Due only where a process has the destroyer's login: without one nothing waits in the queue. */
export const DESTROY_SCHEDULES: readonly Schedule[] = [schedule('destroy', '*/5 * * * *')];
