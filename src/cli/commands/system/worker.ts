import { Command } from 'commander';
import type { z } from 'zod';
import type { workerStatusAnswer } from '../../../api/workerAnswers.js';
import { leaf, withBroker } from '../../client/command.js';
import { printJson, printPairs, printTable } from '../../terminal/output.js';
import { note, say } from '../../terminal/terminal.js';
import { workerRun } from './workerRun.js';

type Row = Record<string, unknown>;
type Status = z.output<typeof workerStatusAnswer>;

const status = leaf('status', 'show workers, their queue and the results of the last runs (admins)').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<Status>('/api/worker');
    if (json) return printJson(body);
    const { queue } = body;
    printPairs([
      ['workers', body.workers.length],
      ['waiting', queue.waiting],
      ['running', queue.running],
      ['later', queue.later],
      ['given up', queue.dead],
      ['lag', `${queue.lag_seconds} s`],
    ]);
    say('');
    printTable(columns, rowsOf(body));
    if (body.stopped.length > 0) note(`NOT RUNNING for three periods: ${body.stopped.join(', ')}.`);
    if (body.workers.length === 0)
      note('No worker is running: no credentials are tested, no notices are sent, nothing is cleaned up.');
  }),
);

/** One row a task; what is not due by the clock has no schedule. */
function rowsOf({ schedules, tasks }: Status): Row[] {
  const names = new Set([...schedules.map((s) => s['name']), ...tasks.map((t) => t['task'])]);
  return [...names].sort().map((name) => ({
    name,
    ...schedules.find((s) => s['name'] === name),
    ...tasks.find((t) => t['task'] === name),
  }));
}

/** What was none is left out. */
function didOf(counts: unknown): unknown {
  if (typeof counts !== 'object' || counts === null) return undefined;
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

const columns = [
  { title: 'TASK', value: (row: Row) => row['name'] },
  { title: 'LAST RUN', value: (row: Row) => row['last_started_at'] },
  { title: 'RESULT', value: (row: Row) => row['last_code'] },
  { title: 'DID', value: (row: Row) => didOf(row['last_counts']) },
  { title: 'RUNS', value: (row: Row) => row['runs'], extra: true },
  { title: 'FAILED', value: (row: Row) => row['failures'] },
  { title: 'NEXT', value: (row: Row) => row['next_due_at'] },
  { title: 'SCHEDULE', value: (row: Row) => row['expression'], extra: true },
];

/** What runs by the clock. */
export const worker = new Command('worker')
  .description('show background jobs, or run one now')
  .addCommand(status)
  .addCommand(workerRun);
