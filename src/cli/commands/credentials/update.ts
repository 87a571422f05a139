import type { Command } from 'commander';
import { Cli, type GlobalOptions } from '../../client/cli.js';
import { repeated } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { reasonHeader } from '../../forms/breakGlass.js';
import { addFieldFlags, fetchTemplate, fieldsFrom, pairs, wholeNumber } from '../../forms/fieldFlags.js';
import { formLeaf, formOf, isMissing, runForm, serverIn } from '../../forms/formCommand.js';
import { confirmInsecure, YES_FLAG } from '../../forms/insecure.js';
import { type ReminderOptions, reminderFlags, remindersOf } from '../../forms/reminderFlags.js';
import { noteTest, TEST_FLAG, type TestView } from '../../forms/testReport.js';
import { aheadOrNever, TIME_FORMS } from '../../forms/when.js';
import { UNUSUAL_FLAG } from '../../imports/unusualFlag.js';
import { printJson } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';
import { noteExpired } from './add.js';

interface Options extends GlobalOptions, ReminderOptions, Record<string, unknown> {
  name?: string;
  description?: string;
  test?: string;
  allowUnusual?: string[];
  label?: string[];
  env?: string[];
  expiresAt?: string;
  rotateEvery?: number;
  testEvery?: number;
  disable?: boolean;
  enable?: boolean;
  reason?: string;
  yes?: boolean;
}

/** `update <credential> …`: what is not named keeps its value; a changed field makes a new version. */
export const update = formLeaf('update', 'update fields or metadata of a credential')
  .argument('[credential]', 'name, owner/name or id')
  .argument('[flags...]')
  .usage('<credential> [--name …] [flags of its service; see update <credential> --help]')
  .action(async (word: string | undefined, words: string[], _options, outer: Command) => {
    if (isMissing(outer, word)) return;
    await updateOf(outer, word, words);
  });

async function updateOf(outer: Command, word: string, words: string[]): Promise<void> {
  const cli = new Cli(serverIn(words));
  const before = await findCredential(cli, word);
  const template = await fetchTemplate(cli, before.service_type);
  const inner = commonFlags(formOf(outer, word, `Changes "${before.name}" (${before.service_type}).`));
  const flags = addFieldFlags(inner, template);
  await runForm<Options>(inner, words, async (options) => {
    const { fields, secretFields } = await fieldsFrom(flags, options);
    const body = {
      ...changesOf(options, before),
      ...(Object.keys(fields).length > 0 && { fields }),
      ...(template.free_form &&
        secretFields.length > 0 && {
          secret_fields: [...new Set([...(before['secret_fields'] as string[]), ...secretFields])],
        }),
    };
    if (Object.keys(body).filter((key) => key !== 'test' && key !== 'allow_unusual').length === 0)
      throw new CliError('Nothing to change: name a field, e.g. --host, or see update --help.', EXIT.usage);
    await confirmInsecure(fields, options.yes);
    const headers = { 'if-match': `"${before.revision}"`, ...reasonHeader(options) };
    const path = `/api/credentials/${before.id}`;
    const request = { method: 'PATCH', body, headers };
    const { body: after } = await cli.call<CredentialView & { test: TestView | null }>(path, request);
    if (options.json) return printJson(after);
    note(outcome(before, after));
    if (options.expiresAt !== undefined) noteExpired(after);
    noteTest(after.name, after.test);
  });
}

function outcome(before: CredentialView, after: CredentialView): string {
  if (after.revision === before.revision) return `"${after.name}" already had these values; nothing changed.`;
  if (after.active_version === before.active_version) return `Changed "${after.name}".`;
  return `Changed "${after.name}": version ${after.active_version} is active, ${before.active_version} is kept.`;
}

function commonFlags(command: Command): Command {
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

function changesOf(options: Options, before: CredentialView): Record<string, unknown> {
  if (options.disable && options.enable)
    throw new CliError('--disable and --enable cannot be combined', EXIT.usage);
  const changes = {
    name: options.name,
    description: options.description,
    labels: merged(before['labels'], options.label, '--label'),
    env_names: merged(before['env_names'], options.env, '--env'),
    expires_at: options.expiresAt === 'never' ? null : options.expiresAt,
    rotation_interval_days: options.rotateEvery === 0 ? null : options.rotateEvery,
    reminders: remindersOf(options, before['reminders']),
    test_interval_minutes: options.testEvery === 0 ? null : options.testEvery,
    disabled: options.disable ? true : options.enable ? false : undefined,
    reason: options.reason,
    allow_unusual: options.allowUnusual,
    test: options.test,
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** The API replaces the whole map; the option changes only the given entry. */
function merged(before: unknown, words: string[] | undefined, flag: string) {
  const changes = pairs(words, flag);
  if (changes === undefined) return undefined;
  const after = Object.entries({ ...(before as Record<string, string>), ...changes });
  return Object.fromEntries(after.filter(([, value]) => value !== ''));
}
