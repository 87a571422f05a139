import { ApiError } from '../../client/apiError.js';
import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { reasonHeader } from '../../forms/breakGlass.js';
import { printJson } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  reason?: string;
}

/** Makes an older (or newer) version the one that everybody gets. */
export const activate = leaf('activate', 'activate another version; see history')
  .argument('<credential>', 'name, owner/name or id')
  .argument('<version>', 'version number')
  .option('--reason <text>', 'reason, for the audit trail')
  .action(
    withBroker<Options>(async (cli, options, [word = '', version = '']) => {
      if (!/^[1-9]\d{0,8}$/.test(version)) throw new CliError('<version> must be a number', EXIT.usage);
      const { id } = await findCredential(cli, word);
      const request = {
        method: 'POST',
        body: options.reason === undefined ? {} : { reason: options.reason },
        headers: reasonHeader(options),
      };
      const path = `/api/credentials/${id}/versions/${version}/activate`;
      const { body } = await cli.call<CredentialView>(path, request).catch((error: unknown) => {
        throw incomplete(error, version) ?? error;
      });
      if (options.json) printJson(body);
      else note(`Version ${body.active_version} of "${body.name}" is active.`);
    }),
  );

/** A version that another client wrote may lack what the form needs; this command has no flag for that. */
function incomplete(error: unknown, version: string): CliError | undefined {
  const fields = error instanceof ApiError ? (error.problem.fields ?? []) : [];
  const wrong = fields.filter(({ field }) => field.startsWith('fields.'));
  if (wrong.length === 0) return undefined;
  const rules = wrong.map(({ field, rule }) => `${field.slice('fields.'.length)} ${rule}`);
  return new CliError(
    `Version ${version} can't be activated: ${rules.join('; ')}.`,
    EXIT.usage,
    'Store a complete version: glassdome credentials update',
  );
}
