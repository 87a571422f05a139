import type { Command } from 'commander';
import { given } from '../../domain/given.js';
import { repeated } from '../client/command.js';
import type { CredentialView } from '../client/find.js';
import { UNUSUAL_FLAG } from '../imports/unusualFlag.js';
import { pairs, wholeNumber } from './fieldFlags.js';
import { YES_FLAG } from './insecure.js';
import { type ReminderOptions, reminderFlags, remindersOf } from './reminderFlags.js';
import { TEST_FLAG } from './testReport.js';
import { ahead, aheadOrNever, TIME_FORMS } from './when.js';

/** What `add` and `update` set on a credential besides its fields. */
export interface CredentialOptions extends ReminderOptions {
  name?: string;
  description?: string;
  label?: string[];
  env?: string[];
  expiresAt?: string;
  rotateEvery?: number;
  testEvery?: number;
  allowUnusual?: string[];
  test?: string;
  yes?: boolean;
}

/** The flags that `add` has. */
export function flagsOfNew(command: Command): Command {
  return reminderFlags(command.optionsGroup('About the credential:'))
    .option('--name <name>', 'name of the credential')
    .option('--description <text>', 'description')
    .option('--label <key=value>', 'label; may be repeated', repeated)
    .option('--env <VARIABLE=field>', 'environment variable for a field; may be repeated', repeated)
    .option('--expires-at <time>', `when it expires: ${TIME_FORMS}`, ahead)
    .option('--rotate-every <days>', 'remind to rotate after this many days', wholeNumber)
    .option('--test-every <minutes>', 'test automatically at this interval, in minutes', wholeNumber)
    .option('--shared', 'let every engineer and above read it (admins only), or the teams given with --team')
    .option('--team <name>', 'share it with this team; may be repeated', repeated)
    .option('--level <level>', 'access level of the teams: use, read (default) or manage')
    .option(...TEST_FLAG)
    .option(...UNUSUAL_FLAG)
    .option(...YES_FLAG);
}

/** The flags that `update` has: as those of `add`, and what takes a choice back. */
export function flagsOfChange(command: Command): Command {
  return reminderFlags(command.optionsGroup('About the credential:'))
    .option('--name <name>', 'new name')
    .option('--description <text>', 'description')
    .option('--label <key=value>', 'set a label, or remove it with key=; may be repeated', repeated)
    .option(
      '--env <VARIABLE=field>',
      'set an environment variable, or remove it with VARIABLE=; may be repeated',
      repeated,
    )
    .option('--expires-at <time>', `when it expires: never, ${TIME_FORMS}`, aheadOrNever)
    .option('--rotate-every <days>', 'remind to rotate after this many days; 0 to stop', wholeNumber)
    .option('--usual-reminders', 'go back to the default reminders')
    .option(
      '--test-every <minutes>',
      'test automatically at this interval, in minutes; 0 for the default of its service type',
      wholeNumber,
    )
    .option('--disable', 'block reading its values until --enable')
    .option('--enable', 'undo --disable')
    .option('--reason <text>', 'reason, kept in the history')
    .option(...TEST_FLAG)
    .option(...UNUSUAL_FLAG)
    .option(...YES_FLAG);
}

/** The members of a request for what was chosen. With `before` only what changes; its labels and variables stay. */
export function chosenBody(options: CredentialOptions, before?: CredentialView): Record<string, unknown> {
  const offAt = <T>(value: T, off: unknown) => (before !== undefined && value === off ? null : value);
  return given({
    name: options.name,
    description: options.description,
    labels: entries(before?.['labels'], options.label, '--label'),
    env_names: entries(before?.['env_names'], options.env, '--env'),
    expires_at: offAt(options.expiresAt, 'never'),
    rotation_interval_days: offAt(options.rotateEvery, 0),
    reminders: remindersOf(options, before?.['reminders']),
    test_interval_minutes: offAt(options.testEvery, 0),
    allow_unusual: options.allowUnusual,
    test: options.test,
  });
}

/** The API replaces the whole map; the options change only the given entries, and an empty value removes one. */
function entries(before: unknown, words: string[] | undefined, flag: string) {
  const changes = pairs(words, flag);
  if (changes === undefined || before === undefined) return changes;
  const after = Object.entries({ ...(before as Record<string, string>), ...changes });
  return Object.fromEntries(after.filter(([, value]) => value !== ''));
}
