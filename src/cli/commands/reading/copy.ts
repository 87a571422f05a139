import { setTimeout as pause } from 'node:timers/promises';
import { Secret } from '../../../domain/secret.js';
import type { GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { wholeNumber } from '../../forms/fieldFlags.js';
import { readValues, reasonFlags, type ValueOptions } from '../../forms/values.js';
import { copyToClipboard } from '../../terminal/clipboard.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, ValueOptions {
  clearAfter: number;
}

/** One value on the clipboard, taken off again after a while. It is never shown. */
export const copy = reasonFlags(leaf('copy', 'copy one value to the clipboard and clear it again (audited)'))
  .argument('<credential>', 'name, owner/name or id')
  .argument('[field]', 'which value (default: the only secret)')
  .option(
    '--clear-after <seconds>',
    'clear the clipboard after this time; 0 to keep the value',
    wholeNumber,
    30,
  )
  .action(
    withBroker<Options>(async (cli, options, [word = '', field]) => {
      const credential = await findCredential(cli, word);
      const name = fieldOf(credential.name, credential['secret_fields'] as string[], field);
      const { fields } = await readValues(cli, credential.id, options);
      if (!(name in fields))
        throw new CliError(
          `"${credential.name}" has no field "${name}".`,
          EXIT.notFound,
          `It has: ${Object.keys(fields).join(', ')}`,
        );
      const copied = await copyToClipboard(new Secret(String(fields[name])));
      const { clearAfter } = options;
      if (clearAfter === 0) return note(`Copied ${name} of "${credential.name}".`);
      note(
        `Copied ${name} of "${credential.name}"; the clipboard is cleared in ${clearAfter} s (Ctrl-C: now).`,
      );
      await interruptibly(clearAfter * 1_000);
      await copied.clear();
      note('Clipboard cleared.');
    }),
  );

function fieldOf(name: string, secrets: readonly string[], field: string | undefined): string {
  if (field !== undefined) return field;
  const [only, another] = secrets;
  if (only !== undefined && another === undefined) return only;
  throw new CliError(
    secrets.length === 0 ? `"${name}" has no secret field.` : `"${name}" has more than one secret.`,
    EXIT.usage,
    secrets.length === 0 ? 'Name a field: see `show`.' : `Name one of: ${secrets.join(', ')}`,
  );
}

/** Until the time is over, or a signal asks to end. */
async function interruptibly(ms: number): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  await pause(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  for (const signal of signals) process.off(signal, end);
}
