import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { requestedRunAnswer, workerStatusAnswer } from '../../../api/workerAnswers.js';
import { RUNNABLE_TASKS } from '../../../domain/operations/workerTasks.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { printJson, printPairs } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

const POLL_MS = 1_000;
/** Clocks of the API and of a worker may differ by so much. */
const SKEW_MS = 2_000;

interface Options extends GlobalOptions {
  wait: boolean;
  timeout: number;
}
type Requested = z.output<typeof requestedRunAnswer>;
type TaskRun = z.output<typeof workerStatusAnswer>['tasks'][number];

/** Runs a scheduled task now, for what can't wait until it is due. */
export const workerRun = leaf('run', 'run a scheduled task now and show its result (admins)')
  .argument('<task>', `one of ${RUNNABLE_TASKS.join(', ')}`)
  .option('--no-wait', 'request the run and do not wait for its result')
  .option('--timeout <seconds>', 'stop waiting after this time', atLeastOne, 600)
  .action(
    withBroker<Options>(async (cli, options, [task = '']) => {
      const path = `/api/worker/tasks/${encodeURIComponent(task)}/run`;
      const { body } = await cli.call<Requested>(path, { method: 'POST' });
      if (!options.wait) {
        if (options.json) return printJson(body);
        return note(`Requested ${task}. See its result: glassdome worker status`);
      }
      if (body.workers === 0)
        throw new CliError(`No worker is running. ${task} waits for one.`, EXIT.unavailable);
      note(`Requested ${task}; waiting for a worker.`);
      show(await ended(cli, body, options.timeout), options);
    }),
  );

async function ended(cli: Cli, { task, ...before }: Requested, seconds: number): Promise<TaskRun> {
  const since = new Date(before.requested_at).getTime() - SKEW_MS;
  for (let waited = 0; waited < seconds * 1000; waited += POLL_MS) {
    await pause(POLL_MS);
    const { body } = await cli.call<{ tasks: TaskRun[] }>('/api/worker');
    const run = body.tasks.find((known) => known.task === task);
    if (run !== undefined && run.runs > before.runs && new Date(run.last_started_at).getTime() >= since)
      return run;
    if ((waited / POLL_MS) % 15 === 14) note(`Still waiting for ${task} (${waited / 1000 + 1} s).`);
  }
  const hint = 'It continues to run. See its result: glassdome worker status';
  throw new CliError(`${task} did not finish within ${seconds} s.`, EXIT.unavailable, hint);
}

function show(run: TaskRun, { json }: Options): void {
  if (json) printJson(run);
  else
    printPairs([
      ['task', run.task],
      ['result', run.last_code],
      ['took', `${run.last_duration_ms} ms`],
      ...(run.last_code === 'ok' ? Object.entries(run.last_counts ?? {}) : []),
    ]);
  if (run.last_code !== 'ok')
    throw new CliError(`${run.task} failed (${run.last_code}). A worker will retry it.`, EXIT.failed);
}
