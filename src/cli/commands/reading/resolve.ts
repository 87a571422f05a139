import type { z } from 'zod';
import type { resolvedItem } from '../../../api/valueAnswers.js';
import type { GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { pairs } from '../../forms/fieldFlags.js';
import { printJson, printTable } from '../../terminal/output.js';

interface Options extends GlobalOptions {
  id?: string[];
  type?: string[];
  label?: string[];
  env?: string[];
  owner?: string;
  shape?: string;
  usedBy?: string;
  purpose?: string;
}

type Resolved = z.output<typeof resolvedItem>;

const columns = [
  { title: 'ASKED', value: (r: Record<string, unknown>) => r['asked'] },
  { title: 'RESULT', value: (r: Record<string, unknown>) => r['result'] },
  { title: 'NAME', value: (r: Record<string, unknown>) => r['name'] },
  { title: 'TYPE', value: (r: Record<string, unknown>) => r['service_type'] },
  { title: 'VERSION', value: (r: Record<string, unknown>) => r['version'] },
];

/** Many at once, as a service does it. The values come with `--json` only. */
export const resolve = leaf('resolve', 'read many credentials at once (audited); values only with --json')
  .argument('[names...]', 'names of credentials')
  .option('--id <id>', 'select by id; may be repeated', repeated)
  .option(
    '--type <service_type>',
    'select the credential of this service type that you would get by default; may be repeated',
    repeated,
  )
  .option('--label <key=value>', 'with --type: only with this label', repeated)
  .option('--env <VARIABLE>', 'select by environment variable; may be repeated', repeated)
  .option('--owner <principal>', 'only of this owner')
  .option('--shape <shape>', 'fields, or client: the arguments of the client in Glassdome')
  .option('--used-by <name>', 'agent or deployment that uses the values')
  .option('--purpose <text>', 'purpose, for the audit trail')
  .action(
    withBroker<Options>(async (cli, options, names) => {
      const asked = selectors(options, names);
      if (asked.length === 0)
        throw new CliError('Name at least one credential.', EXIT.usage, 'resolve --help');
      const body = { items: asked, shape: options.shape, used_by: options.usedBy, purpose: options.purpose };
      const request = { method: 'POST', body };
      const { body: done } = await cli.call<{ items: Resolved[] }>('/api/credentials/resolve', request);
      if (options.json) printJson(done);
      else
        printTable(
          columns,
          done.items.map((item, i) => row(asked[i] ?? {}, item)),
        );
      if (done.items.some((item) => item.status !== 'ok'))
        throw new CliError('Some credentials could not be resolved.', EXIT.failed);
    }),
  );

function selectors(options: Options, names: string[]): Record<string, unknown>[] {
  const owner = options.owner === undefined ? {} : { owner: options.owner };
  const labels = pairs(options.label, '--label');
  return [
    ...names.map((name) => ({ name, ...owner })),
    ...(options.id ?? []).map((id) => ({ id })),
    ...(options.type ?? []).map((type) => ({ service_type: type, ...(labels && { labels }), ...owner })),
    ...(options.env ?? []).map((env) => ({ env, ...owner })),
  ];
}

function row(asked: Record<string, unknown>, item: Resolved): Record<string, unknown> {
  const word = asked['name'] ?? asked['id'] ?? asked['service_type'] ?? asked['env'];
  if (item.status === 'error') return { asked: word, result: item.code };
  return { ...item.credential, asked: word, result: 'ok' };
}
