import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { Cli, type GlobalOptions } from '../../client/cli.js';
import { repeated } from '../../client/command.js';
import type { CredentialView } from '../../client/find.js';
import { askMissing, nameOrAsk } from '../../forms/askFields.js';
import {
  addFieldFlags,
  fetchTemplate,
  fieldsFrom,
  neededFlags,
  pairs,
  wholeNumber,
} from '../../forms/fieldFlags.js';
import { formLeaf, formOf, isMissing, runForm, serverIn } from '../../forms/formCommand.js';
import { confirmInsecure, YES_FLAG } from '../../forms/insecure.js';
import { type ReminderOptions, reminderFlags, remindersOf } from '../../forms/reminderFlags.js';
import { noteTest, TEST_FLAG, type TestView } from '../../forms/testReport.js';
import { ahead, TIME_FORMS } from '../../forms/when.js';
import { UNUSUAL_FLAG } from '../../imports/unusualFlag.js';
import { cell, printJson } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

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
  shared?: boolean;
  team?: string[];
  level?: string;
  yes?: boolean;
}

type Stored = CredentialView & { test: TestView | null };

/** `add <service_type> …`: the flags are the fields of that service's form. */
export const add = formLeaf('add', 'store a new credential; prompts for missing values')
  .argument('[service_type]', 'proxmox, vmware, aws …: see `templates`')
  .argument('[flags...]')
  .usage('<service_type> --name <name> [flags of the service; see add <service_type> --help]')
  .action(async (serviceType: string | undefined, words: string[], _options, outer: Command) => {
    if (isMissing(outer, serviceType)) return;
    await addOf(outer, serviceType, words);
  });

async function addOf(outer: Command, serviceType: string, words: string[]): Promise<void> {
  const cli = new Cli(serverIn(words));
  const template = await fetchTemplate(cli, serviceType);
  const inner = commonFlags(
    formOf(outer, template.service_type, `Stores a credential of ${template.title ?? serviceType}.`),
  );
  const flags = addFieldFlags(inner, template);
  inner.usage(`--name <name> ${neededFlags(template)}[options]`);
  await runForm<Options>(inner, words, async (options) => {
    const { fields, secretFields } = await fieldsFrom(flags, options);
    await confirmInsecure(fields, options.yes);
    const name = await nameOrAsk(options.name, template);
    await askMissing(template, fields, { presets: options.name === undefined });
    const body = {
      ...bodyOf(options),
      name,
      service_type: template.service_type,
      fields,
      ...(template.free_form && { secret_fields: secretFields }),
    };
    const headers = { 'idempotency-key': randomUUID() };
    const { body: made } = await cli.call<Stored>('/api/credentials', {
      method: 'POST',
      body,
      headers,
    });
    if (options.json) printJson(made);
    else {
      note(`Stored "${made.name}" (${made.service_type}) as ${made.id}, version ${made.active_version}.`);
      noteExpired(made);
      noteTest(made.name, made.test);
    }
  });
}

/** What has ended may be kept, but hardly anybody means to. */
export function noteExpired({ expires_at: end }: CredentialView): void {
  if (typeof end === 'string' && Date.parse(end) <= Date.now())
    note(`It has already expired, ${cell(end)}. Check --expires-at.`);
}

/** The options in addition to the fields, the same for every service. */
export function commonFlags(command: Command): Command {
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

function bodyOf(options: Options): Record<string, unknown> {
  return {
    description: options.description,
    labels: pairs(options.label, '--label'),
    env_names: pairs(options.env, '--env'),
    expires_at: options.expiresAt,
    rotation_interval_days: options.rotateEvery,
    reminders: remindersOf(options),
    test_interval_minutes: options.testEvery,
    shared: options.shared,
    accessible_by: options.team,
    accessible_level: options.level,
    allow_unusual: options.allowUnusual,
    test: options.test,
  };
}
