import type { Command } from 'commander';
import { given } from '../../../domain/given.js';
import { Cli, type GlobalOptions } from '../../client/cli.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { reasonHeader } from '../../forms/breakGlass.js';
import { type CredentialOptions, chosenBody, flagsOfChange } from '../../forms/credentialFlags.js';
import { addFieldFlags, fetchTemplate, fieldsFrom } from '../../forms/fieldFlags.js';
import { formLeaf, formOf, isMissing, runForm, serverIn } from '../../forms/formCommand.js';
import { confirmInsecure } from '../../forms/insecure.js';
import { noteTest, type TestView } from '../../forms/testReport.js';
import { printJson } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';
import { noteExpired } from './add.js';

interface Options extends GlobalOptions, CredentialOptions, Record<string, unknown> {
  disable?: boolean;
  enable?: boolean;
  reason?: string;
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
  const inner = flagsOfChange(formOf(outer, word, `Changes "${before.name}" (${before.service_type}).`));
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

function changesOf(options: Options, before: CredentialView): Record<string, unknown> {
  if (options.disable && options.enable)
    throw new CliError('--disable and --enable cannot be combined', EXIT.usage);
  return {
    ...chosenBody(options, before),
    ...given({
      disabled: options.disable ? true : options.enable ? false : undefined,
      reason: options.reason,
    }),
  };
}
