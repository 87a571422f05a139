import type { z } from 'zod';
import { taskParams } from '../../api/paths.js';
import { requestedRunAnswer, workerStatusAnswer } from '../../api/workerAnswers.js';
import { runTask } from '../../usecases/operations/runTask.js';
import { type WorkerStatus, workerStatus } from '../../usecases/operations/workerStatus.js';
import { iso, isoOrNull } from '../present/moments.js';
import { type Route, route } from '../route.js';

const shared = { tag: 'Operations', auth: 'token' } as const;

export const workerRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: '/api/worker',
    id: 'getWorkerStatus',
    summary: 'Get the state of workers, queue, schedules and tasks',
    answer: workerStatusAnswer,
    handle: async ({ ports, call }) => presentStatus(await workerStatus(ports, call)),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/worker/tasks/{task}/run',
    id: 'runTask',
    summary: 'Run a scheduled task now',
    description: '`GET /api/worker` shows its result.',
    status: 202,
    params: taskParams,
    answer: requestedRunAnswer,
    handle: async ({ ports, call, params }) => {
      const { requestedAt, ...run } = await runTask(ports, call, params.task);
      return { ...run, requested_at: iso(requestedAt) };
    },
  }),
];

function presentStatus(status: WorkerStatus): z.output<typeof workerStatusAnswer> {
  return {
    queue: {
      waiting: status.waiting,
      later: status.later,
      running: status.running,
      dead: status.dead,
      lag_seconds: status.lagSeconds,
    },
    stopped: status.stopped,
    workers: status.workers.map((w) => ({ id: w.id, started_at: iso(w.startedAt), seen_at: iso(w.seenAt) })),
    schedules: status.schedules.map((s) => ({
      name: s.name,
      expression: s.expression,
      timezone: s.timezone,
      next_due_at: iso(s.nextDueAt),
      last_due_at: isoOrNull(s.lastDueAt),
    })),
    tasks: status.tasks.map((t) => ({
      task: t.task,
      runs: t.runs,
      failures: t.failures,
      last_started_at: iso(t.lastStartedAt),
      last_duration_ms: t.lastDurationMs,
      last_code: t.lastCode,
      last_ok_at: isoOrNull(t.lastOkAt),
      last_counts: t.lastCounts,
    })),
  };
}
