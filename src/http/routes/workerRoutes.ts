import { requestedRunAnswer, workerStatusAnswer } from '../../api/workerAnswers.js';
import { runTask } from '../../usecases/operations/runTask.js';
import { type WorkerStatus, workerStatus } from '../../usecases/operations/workerStatus.js';
import { json, type Route } from '../route.js';

export const workerRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/worker',
    summary: 'Workers, their queue, what is due when and how the last runs went',
    answer: workerStatusAnswer,
    auth: 'token',
    handle: async ({ ports, call, response }) =>
      json(response, presentStatus(await workerStatus(ports, call))),
  },
  {
    method: 'post',
    path: '/api/worker/tasks/{task}/run',
    summary: 'Run a scheduled task now; GET /api/worker shows its result',
    answer: requestedRunAnswer,
    auth: 'token',
    status: 202,
    handle: async ({ ports, call, param, response }) => {
      const { requestedAt, ...run } = await runTask(ports, call, param('task'));
      json(response, { ...run, requested_at: requestedAt }, 202);
    },
  },
];

function presentStatus(status: WorkerStatus): Record<string, unknown> {
  return {
    queue: {
      waiting: status.waiting,
      later: status.later,
      running: status.running,
      dead: status.dead,
      lag_seconds: status.lagSeconds,
    },
    stopped: status.stopped,
    workers: status.workers.map((w) => ({ id: w.id, started_at: w.startedAt, seen_at: w.seenAt })),
    schedules: status.schedules.map((s) => ({
      name: s.name,
      expression: s.expression,
      timezone: s.timezone,
      next_due_at: s.nextDueAt,
      last_due_at: s.lastDueAt,
    })),
    tasks: status.tasks.map((t) => ({
      task: t.task,
      runs: t.runs,
      failures: t.failures,
      last_started_at: t.lastStartedAt,
      last_duration_ms: t.lastDurationMs,
      last_code: t.lastCode,
      last_ok_at: t.lastOkAt,
      last_counts: t.lastCounts,
    })),
  };
}
