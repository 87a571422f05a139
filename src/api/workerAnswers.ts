import { z } from 'zod';
import { at, count, named, text, texts } from './shape.js';

/** What the worker's calls answer. */
const schedule = named(
  'WorkerSchedule',
  'When a task runs.',
  z.strictObject({
    name: text('Name of the schedule.'),
    expression: z.string().meta({ description: 'Cron expression.', examples: ['*/5 * * * *'] }),
    timezone: text('Time zone of the expression.'),
    next_due_at: at('When it is due next.'),
    last_due_at: at('When it was last due; null: never.').nullable(),
  }),
);
const taskState = named(
  'WorkerTask',
  'How the runs of a task went.',
  z.strictObject({
    task: text('Name of the task.'),
    runs: count('Number of runs.'),
    failures: count('Number of failed runs.'),
    last_started_at: at('Start of the last run.'),
    last_duration_ms: count('Duration of the last run in milliseconds.'),
    last_code: text('Result of the last run: `ok`, or an error code.'),
    last_ok_at: at('End of the last successful run; null: none.').nullable(),
    last_counts: z
      .record(z.string(), z.number())
      .nullable()
      .describe('What the last run counted, such as tested credentials.'),
  }),
);
export const workerStatusAnswer = named(
  'WorkerStatus',
  'Workers, their queue, schedules and tasks.',
  z.strictObject({
    queue: z
      .strictObject({
        waiting: count('Jobs that are due.'),
        later: count('Jobs that are due later.'),
        running: count('Jobs that run now.'),
        dead: count('Jobs that failed for good.'),
        lag_seconds: count('How long the oldest due job waits.'),
      })
      .describe('The queue of jobs.'),
    stopped: texts(
      'Tasks that have not succeeded for three periods. Audit, notices or tests are not up to date.',
    ),
    workers: z
      .array(
        z.strictObject({
          id: text('ID of the process.'),
          started_at: at('When it started.'),
          seen_at: at('When it last reported.'),
        }),
      )
      .describe('Worker processes.'),
    schedules: z.array(schedule).describe('Schedules.'),
    tasks: z.array(taskState).describe('Tasks.'),
  }),
);

export const requestedRunAnswer = named(
  'RequestedRun',
  'A run that was requested.',
  z.strictObject({
    task: text('Name of the task.'),
    requested_at: at('When it was requested.'),
    runs: count('Runs before: the requested run is the next one that starts after `requested_at`.'),
    workers: count('Processes that can take it. With 0 it waits for one.'),
  }),
);
