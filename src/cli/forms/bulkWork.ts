import { BULK_ACTS } from '../../domain/bulk/bulk.js';
import type { Cli } from '../client/cli.js';
import { subjectOf } from '../client/subject.js';
import { CliError, EXIT } from '../exitCodes.js';
import { type ReminderOptions, remindersOf } from './reminderFlags.js';

/** What the acts of a bulk job need. */
export interface BulkWork extends ReminderOptions {
  set?: string[];
  unset?: string[];
  to?: string;
  level: string;
  until?: string;
}

/** The act as the broker takes it. Options that have no effect on it are refused. */
export async function bulkWork(cli: Cli, act: string, options: BulkWork): Promise<object> {
  if (!BULK_ACTS.some((known) => known === act))
    throw new CliError(`There is no act "${act}".`, EXIT.usage, `Choose from: ${BULK_ACTS.join(', ')}`);
  const { set, unset, to, level, until } = options;
  const reminders = remindersOf(options);
  refuseUnless(act === 'label', { '--set': set, '--unset': unset });
  refuseUnless(act === 'grant', { '--to': to, '--until': until });
  refuseUnless(act === 'reminder', { 'reminder options': reminders });
  if (act === 'label') return { act, labels: labelsOf(set ?? []), remove_labels: unset ?? [] };
  if (act === 'reminder') {
    if (reminders === undefined)
      throw new CliError('Say which: --remind-days, --unused-days, --mute or --usual-reminders.', EXIT.usage);
    return { act, reminders };
  }
  if (act !== 'grant') return { act };
  if (to === undefined) throw new CliError('grant needs --to.', EXIT.usage);
  return { act, grant: { ...(await subjectOf(cli, to)), level, expires_at: until ?? null } };
}

function refuseUnless(fits: boolean, options: Record<string, unknown>): void {
  const [idle] = Object.entries(options).filter(([, value]) => value !== undefined);
  if (!fits && idle !== undefined) throw new CliError(`${idle[0]} has no effect on this act.`, EXIT.usage);
}

function labelsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new CliError(`--set must be key=value, not "${pair}".`, EXIT.usage);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
