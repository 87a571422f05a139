import { leaf, withBroker } from '../command.js';
import { findCredential } from '../find.js';
import { cell, printJson, printPairs } from '../output.js';

/** Metadata and settings; no value of a secret. */
export const show = leaf('show', 'metadata and settings, without secrets')
  .argument('<credential>', 'name, owner/name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id } = await findCredential(cli, word);
      const { body } = await cli.call<Record<string, unknown>>(`/api/credentials/${id}`);
      if (json) return printJson(body);
      const { settings, secret_fields: secrets, ...rest } = body;
      const fields = [
        ...Object.entries(settings as Record<string, unknown>),
        ...(secrets as string[]).map((name) => [name, '••••••'] as const),
      ];
      const known = Object.entries(rest).filter(([, value]) => cell(value) !== '-');
      printPairs([...known, ['fields', ''], ...fields.map(([name, value]) => [`  ${name}`, value] as const)]);
    }),
  );
