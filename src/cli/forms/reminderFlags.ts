import type { Command } from 'commander';
import { CliError, EXIT } from '../exitCodes.js';

export interface ReminderOptions {
  remindDays?: string;
  unusedDays?: string;
  mute?: boolean;
  usualReminders?: boolean;
}

/** What a credential's people want to be reminded of, where it differs from what holds for all. */
export function reminderFlags(command: Command): Command {
  return command
    .option('--remind-days <days>', 'days before expiry at which to remind, e.g. 60,30,7')
    .option('--unused-days <days>', 'remind after this many days without use, or "never"')
    .option('--mute', 'turn all reminders off');
}

/** Undefined: nothing was said. What is not named stays as it was in `before`. */
export function remindersOf(options: ReminderOptions, before: unknown = null): object | null | undefined {
  const { remindDays, unusedDays, mute, usualReminders } = options;
  const said = {
    ...(remindDays !== undefined && { expiry_days: daysOf(remindDays, '--remind-days') }),
    ...(unusedDays !== undefined && {
      unused_days: unusedDays === 'never' ? null : daysOf(unusedDays, '--unused-days')[0],
    }),
    ...(mute === true && { muted: true }),
  };
  const named = Object.keys(said).length > 0;
  if (usualReminders === true) {
    if (named)
      throw new CliError('--usual-reminders cannot be combined with other reminder options', EXIT.usage);
    return null;
  }
  return named ? { ...(before as object | null), ...said } : undefined;
}

function daysOf(text: string, flag: string): number[] {
  const days = text.split(',').map((word) => word.trim());
  if (days.every((word) => /^\d{1,4}$/.test(word))) return days.map(Number);
  throw new CliError(`${flag} must be days such as 30,7`, EXIT.usage);
}
