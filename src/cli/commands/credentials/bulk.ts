import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { bulkAnswer, bulkJob } from '../../../api/lists/bulk.js';
import { BULK_ACTS } from '../../../domain/bulk/bulk.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { writtenOut } from '../../client/subject.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { REASON, reasonHeader } from '../../forms/breakGlass.js';
import { type BulkWork, bulkWork } from '../../forms/bulkWork.js';
import { reminderFlags } from '../../forms/reminderFlags.js';
import { ago, ahead, TIME_FORMS } from '../../forms/when.js';
import { printJson, printTable } from '../../terminal/output.js';
import { confirm, note } from '../../terminal/terminal.js';

const POLL_MS = 500;
/** As many failures are listed; the job keeps the others. */
const SHOWN = 200;

interface Options extends GlobalOptions, BulkWork {
  type?: string;
  health?: string;
  status?: string;
  label?: string[];
  team?: string;
  owner?: string;
  unusedSince?: string;
  search?: string;
  reason?: string;
  wait: boolean;
  yes?: boolean;
}
type Job = z.output<typeof bulkJob>;
type Results = z.output<typeof bulkAnswer>;

const columns = [
  { title: 'NAME', value: (item: Record<string, unknown>) => item['name'] },
  { title: 'CODE', value: (item: Record<string, unknown>) => item['code'] },
  { title: 'WHAT IS WRONG', value: (item: Record<string, unknown>) => item['detail'], wraps: true },
];

/** One act on those that are named, or on all that match. */
export const bulk = reminderFlags(leaf('bulk', 'test, label, share, disable or delete many credentials'))
  .argument('<act>', BULK_ACTS.join(', '))
  .argument('[credentials...]', 'names, owner/name or ids; left out: all that match the filters')
  .option('--type <service_type>', 'only of this service type')
  .option('--health <health>', 'only this health')
  .option('--status <status>', 'active, disabled, deleted …')
  .option('--label <key=value>', 'only with this label; may be repeated', repeated)
  .option('--team <name>', 'only shared with this team')
  .option('--owner <principal>', 'only of this owner, e.g. local:anna or sa:celery')
  .option('--unused-since <time>', 'only not used since; 90d is 90 days ago', ago)
  .option('--search <text>', 'only with this text in name, host, owner …')
  .option('--set <key=value>', 'label: set this label; may be repeated', repeated)
  .option('--unset <key>', 'label: remove this label; may be repeated', repeated)
  .option('--to <who>', 'grant: team:red, role:engineer, service_account:celery or local:anna')
  .option('--level <level>', 'grant: use, read or manage', 'read')
  .option('--until <time>', `grant: when it expires: ${TIME_FORMS}`, ahead)
  .option('--usual-reminders', 'reminder: those of the broker')
  .option(...REASON)
  .option('--no-wait', 'start the job and do not wait for its results')
  .option('--yes', 'do not ask')
  .action(
    withBroker<Options>(async (cli, options, [act = '', ...words]) => {
      const work = await bulkWork(cli, act, options);
      const chosen = await selection(cli, options, words);
      await confirm(`${act} ${await countOf(cli, chosen)} credentials?`, options.yes);
      const { body: job } = await cli.call<Job>('/api/bulk', {
        method: 'POST',
        body: { ...work, ...chosen },
        headers: { 'idempotency-key': randomUUID(), ...reasonHeader(options) },
      });
      if (!options.wait) {
        if (options.json) return printJson(job);
        return note(`Started the job ${job.id}.`);
      }
      await report(await ended(cli, job.id), options);
    }),
  );

type Selection = { ids: string[] } | { filter: Record<string, string | string[]> };

/** Those that are named, or a filter; a job on everything must be asked for with one. */
async function selection(cli: Cli, options: Options, words: readonly string[]): Promise<Selection> {
  const { owner } = options;
  const filter = {
    service_type: options.type,
    health: options.health,
    status: options.status,
    label: options.label,
    team: options.team,
    owner: owner && (await writtenOut(cli, owner)),
    unused_since: options.unusedSince,
    q: options.search,
  };
  const given = Object.entries(filter).filter((entry): entry is [string, string | string[]] => !!entry[1]);
  if (words.length > 0 === given.length > 0)
    throw new CliError('Name credentials, or give at least one filter, not both.', EXIT.usage);
  if (given.length > 0) return { filter: Object.fromEntries(given) };
  const ids: string[] = [];
  for (const word of words) ids.push((await findCredential(cli, word)).id);
  return { ids };
}

async function countOf(cli: Cli, chosen: Selection): Promise<number> {
  if ('ids' in chosen) return chosen.ids.length;
  const asked = { method: 'POST' as const, body: chosen };
  return (await cli.call<{ total: number }>('/api/bulk/count', asked)).body.total;
}

async function ended(cli: Cli, id: string): Promise<Results> {
  for (let before = -1; ; ) {
    const { body } = await cli.call<Results>(`/api/bulk/${id}?state=failed&limit=${SHOWN}`);
    if (body.state !== 'running') return body;
    const left = body.waiting;
    if (left !== before) note(`${body.total - left} of ${body.total}`);
    before = left;
    await pause(POLL_MS);
  }
}

async function report(job: Results, { json }: Options): Promise<void> {
  if (json) printJson(job);
  else {
    if (job.items.length > 0) printTable(columns, job.items);
    note(`${job.done} done, ${job.failed} failed, ${job.skipped} skipped.`);
  }
  if (job.failed > 0) process.exitCode = EXIT.failed;
}
