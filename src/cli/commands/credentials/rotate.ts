import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Template } from '../../../domain/credentials/template.js';
import { Cli, type GlobalOptions } from '../../client/cli.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import {
  addFieldFlags,
  type FieldInput,
  fetchTemplate,
  fieldSpecs,
  fieldsFrom,
} from '../../forms/fieldFlags.js';
import { formLeaf, formOf, isMissing, runForm, serverIn } from '../../forms/formCommand.js';
import { confirmInsecure, YES_FLAG } from '../../forms/insecure.js';
import { noteTest, TEST_FLAG, type TestView } from '../../forms/testReport.js';
import { UNUSUAL_FLAG } from '../../imports/unusualFlag.js';
import { printJson } from '../../terminal/output.js';
import { askSecret, canAsk, note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, Record<string, unknown> {
  reason?: string;
  test?: string;
  allowUnusual?: string[];
  yes?: boolean;
}

/** Guided: a person makes the new value at the service and gives it here; it becomes the active version. */
export const rotate = formLeaf('rotate', 'replace the secret with a new one')
  .argument('[credential]', 'name, owner/name or id')
  .argument('[flags...]')
  .usage('<credential> [flags of its service: the new values; prompted for when omitted]')
  .action(async (word: string | undefined, words: string[], _options, outer: Command) => {
    if (isMissing(outer, word)) return;
    await rotateOf(outer, word, words);
  });

async function rotateOf(outer: Command, word: string, words: string[]): Promise<void> {
  const cli = new Cli(serverIn(words));
  const before = await findCredential(cli, word);
  const template = await fetchTemplate(cli, before.service_type);
  const inner = formOf(outer, word, `Puts a new secret into "${before.name}" (${before.service_type}).`);
  inner
    .option('--reason <text>', 'reason, kept in the history')
    .option(...TEST_FLAG)
    .option(...UNUSUAL_FLAG)
    .option(...YES_FLAG);
  const flags = addFieldFlags(inner, template);
  await runForm<Options>(inner, words, async (options) => {
    const given = (await fieldsFrom(flags, options)).fields;
    await confirmInsecure(given, options.yes);
    const fields = Object.keys(given).length > 0 ? given : await askNewSecrets(before, template);
    const request = {
      method: 'POST',
      body: {
        fields,
        ...(options.reason && { reason: options.reason }),
        ...(options.allowUnusual && { allow_unusual: options.allowUnusual }),
        ...(options.test && { test: options.test }),
      },
      headers: { 'idempotency-key': randomUUID() },
    };
    const { body: after } = await cli.call<CredentialView & { test: TestView | null }>(
      `/api/credentials/${before.id}/rotate`,
      request,
    );
    if (options.json) return printJson(after);
    noteTest(after.name, after.test);
    note(`Version ${after.active_version} of "${after.name}" is active.`);
    note(`Revoke the old value${atService(template)} once everything uses the new one.`);
    note(`To go back: glassdome credentials activate ${after.id} ${before.active_version}`);
  });
}

async function askNewSecrets(before: CredentialView, template: Template): Promise<FieldInput> {
  const names = before['secret_fields'] as string[];
  if (!canAsk()) {
    const flags = names.map((name) => `--${name.replaceAll('_', '-')} @file`).join(' or ');
    throw new CliError(
      'The new value is required, and there is no terminal for a prompt.',
      EXIT.usage,
      `Give ${flags}.`,
    );
  }
  note(`Make a new value for "${before.name}"${atService(template)}, then paste it here; nothing is shown.`);
  if (names.length > 1) note('Leave a value empty to keep it.');
  const labels = new Map(fieldSpecs(template).map((spec) => [spec.name, spec.label]));
  const fields: FieldInput = {};
  for (const name of names) {
    const value = (await askSecret(`New ${labels.get(name) ?? name}`)).reveal();
    if (value !== '') fields[name] = value;
  }
  if (Object.keys(fields).length === 0)
    throw new CliError('No new value was given; nothing was changed.', EXIT.usage);
  return fields;
}

const atService = ({ title, docs_url: docs }: Template) =>
  title === undefined ? '' : ` at ${title}${docs === undefined ? '' : ` (${docs})`}`;
