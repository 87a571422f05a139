import type { GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { findCredential } from '../find.js';
import { printJson } from '../output.js';
import { say } from '../terminal.js';

interface Options extends GlobalOptions {
  reason?: string;
  usedBy?: string;
}

interface Values {
  version: number;
  fields: Record<string, unknown>;
}

/** The values themselves. With a field's name only that value, so that `$(… get name field)` works. */
export const get = leaf('get', 'the values, secrets too (audited)')
  .argument('<credential>', 'name, owner/name or id')
  .argument('[field]', 'print this value alone')
  .option('--reason <text>', 'why an admin opens what is not shared with him; the owner is told')
  .option('--used-by <name>', 'the agent or deployment that it is for')
  .action(
    withBroker<Options>(async (cli, options, [word = '', field]) => {
      const { id, name } = await findCredential(cli, word);
      const headers = {
        ...(options.reason && { 'x-break-glass-reason': options.reason }),
        ...(options.usedBy && { 'x-used-by': options.usedBy }),
      };
      const { body } = await cli.call<Values>(`/api/credentials/${id}/secret`, { headers });
      if (field === undefined) return options.json ? printJson(body) : printValues(body.fields);
      if (!(field in body.fields)) {
        const known = Object.keys(body.fields).join(', ');
        throw new CliError(`"${name}" has no field "${field}".`, EXIT.notFound, `It has: ${known}`);
      }
      if (options.json) printJson(body.fields[field]);
      else say(String(body.fields[field]));
    }),
  );

/** As they are, so that each can be copied. Several lines would run into the next field. */
function printValues(fields: Record<string, unknown>): void {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  for (const [name, value] of Object.entries(fields)) {
    const text = String(value);
    const shown = /\p{Cc}/u.test(text) ? `(not one plain line: get … ${name} prints it alone)` : text;
    say(`${name.padEnd(width)}  ${shown}`);
  }
}
