import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { Cli, type GlobalOptions } from '../../client/cli.js';
import type { CredentialView } from '../../client/find.js';
import { askMissing, nameOrAsk } from '../../forms/askFields.js';
import { type CredentialOptions, chosenBody, flagsOfNew } from '../../forms/credentialFlags.js';
import { addFieldFlags, fetchTemplate, fieldsFrom, neededFlags } from '../../forms/fieldFlags.js';
import { formLeaf, formOf, isMissing, runForm, serverIn } from '../../forms/formCommand.js';
import { confirmInsecure } from '../../forms/insecure.js';
import { noteTest, type TestView } from '../../forms/testReport.js';
import { cell, printJson } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, CredentialOptions, Record<string, unknown> {
  shared?: boolean;
  team?: string[];
  level?: string;
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
  const inner = flagsOfNew(
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

function bodyOf(options: Options): Record<string, unknown> {
  const { shared, team, level } = options;
  return { ...chosenBody(options), shared, accessible_by: team, accessible_level: level };
}
