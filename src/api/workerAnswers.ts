import { z } from 'zod';

/** What the worker's calls answer, for the OpenAPI document. */
const moment = z.iso.datetime();
const count = z.number().int().min(0);

export const workerStatusAnswer = z.strictObject({
  queue: z.strictObject({ waiting: count, later: count, running: count, dead: count, lag_seconds: count }),
  /** Tasks that have not gone well for three periods: the audit, notices or tests stand still. */
  stopped: z.array(z.string()),
  workers: z.array(z.strictObject({ id: z.string(), started_at: moment, seen_at: moment })),
  schedules: z.array(
    z.strictObject({
      name: z.string(),
      expression: z.string(),
      timezone: z.string(),
      next_due_at: moment,
      last_due_at: moment.nullable(),
    }),
  ),
  tasks: z.array(
    z.strictObject({
      task: z.string(),
      runs: count,
      failures: count,
      last_started_at: moment,
      last_duration_ms: count,
      last_code: z.string(),
      last_ok_at: moment.nullable(),
      last_counts: z.record(z.string(), z.number()).nullable(),
    }),
  ),
});

export const requestedRunAnswer = z.strictObject({
  task: z.string(),
  requested_at: moment,
  /** How often it had run before: the requested run is the next one that began after `requested_at`. */
  runs: count,
  /** Processes that may take it; with 0 it waits for one. */
  workers: count,
});
