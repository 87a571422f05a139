import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { readValues, reasonFlags, type ValueOptions } from '../../forms/values.js';
import { printJson } from '../../terminal/output.js';
import { say } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, ValueOptions {}

/** The values themselves. With a field's name only that value, so that `$(… get name field)` works. */
export const get = reasonFlags(leaf('get', 'print the values, including secrets (audited)'))
  .argument('<credential>', 'name, owner/name or id')
  .argument('[field]', 'print only this value')
  .action(
    withBroker<Options>(async (cli, options, [word = '', field]) => {
      const { id, name } = await findCredential(cli, word);
      const body = await readValues(cli, id, options);
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
    const shown = /\p{Cc}/u.test(text)
      ? `(not a single plain line: get … ${name} prints only this value)`
      : text;
    say(`${name.padEnd(width)}  ${shown}`);
  }
}
