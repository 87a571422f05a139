import { withAccountNames } from '../../client/accountNames.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { listed, tellMore } from '../../client/pages.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  limit: number;
  report?: string;
  errorCode?: string;
  usedBy?: string;
  purpose?: string;
}

/** Nothing where a row says nothing of it. */
function answerOf(row: Record<string, unknown>, answer: unknown, yes = 'yes', no = 'no'): string | null {
  if (typeof answer !== 'boolean') return null;
  return answer ? yes : `${no}: ${row['error_code'] ?? '?'}`;
}

const columns = [
  { title: 'WHEN', value: (u: Record<string, unknown>) => u['used_at'] },
  { title: 'USED BY', value: (u: Record<string, unknown>) => u['used_by'] },
  { title: 'CALLER', value: (u: Record<string, unknown>) => u['caller'] },
  { title: 'HANDED OUT', value: (u: Record<string, unknown>) => answerOf(u, u['handed_out']) },
  {
    title: 'REPORTED',
    value: (u: Record<string, unknown>) => answerOf(u, u['reported'], 'worked', 'failed'),
  },
  { title: 'PURPOSE', value: (u: Record<string, unknown>) => u['purpose'] },
];

/** Who used it; or, with `--report`, reports to the broker whether it worked. */
export const usage = leaf('usage', 'show who read the values and when, and what consumers reported')
  .argument('<credential>', 'name, owner/name or id')
  .option('--limit <n>', 'maximum number of results', atLeastOne, 50)
  .option('--report <success|failure>', 'report whether using it worked')
  .option('--error-code <code>', 'with --report failure: reason, e.g. invalid_credential')
  .option('--used-by <name>', 'with --report: the agent or deployment')
  .option('--purpose <text>', 'with --report: purpose')
  .action(
    withBroker<Options>(async (cli, options, [word = '']) => {
      const credential = await findCredential(cli, word);
      if (options.report !== undefined) return report(cli, options, credential);
      const page = await listed(cli, `/api/credentials/${credential.id}/usage`, { limit: options.limit });
      if (options.json) return printJson(page);
      if (page.items.length === 0) return note(`Nobody has used "${credential.name}" yet.`);
      printTable(columns, await withAccountNames(cli, page.items));
      tellMore(page);
    }),
  );

async function report(cli: Cli, options: Options, { id, name }: CredentialView): Promise<void> {
  if (options.report !== 'success' && options.report !== 'failure')
    throw new CliError('--report must be success or failure', EXIT.usage);
  const body = {
    success: options.report === 'success',
    error_code: options.errorCode,
    used_by: options.usedBy,
    purpose: options.purpose,
  };
  await cli.call(`/api/credentials/${id}/usage`, { method: 'POST', body });
  note(`Noted for "${name}".`);
}
