import { withAccountNames } from '../../client/accountNames.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { listed, type Page, tellMore } from '../../client/pages.js';
import { writtenOut } from '../../client/subject.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { tlsCell } from '../../forms/insecure.js';
import { ago, ahead, TIME_FORMS } from '../../forms/when.js';
import { cell, chosenColumns, printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  type?: string;
  health?: string;
  status?: string;
  label?: string[];
  team?: string;
  owner?: string;
  expiringBefore?: string;
  unusedSince?: string;
  search?: string;
  sort?: string;
  columns?: string;
  limit?: number;
}

/** Where the broker's own rules kept the test from the service, that is no word about it. */
const healthWord = (c: Record<string, unknown>) =>
  c['health'] === 'unreachable' && c['last_test_code'] === 'denied_by_policy' ? 'blocked' : c['health'];

const columns = [
  { title: 'NAME', value: (c: Record<string, unknown>) => c['name'] },
  { title: 'TYPE', value: (c: Record<string, unknown>) => c['service_type'] },
  { title: 'OWNER', value: (c: Record<string, unknown>) => c['owner'] },
  {
    title: 'ACCESS',
    value: (c: Record<string, unknown>) => `${c['access'] ?? '-'}${c['offered'] === true ? ' (offer)' : ''}`,
  },
  { title: 'HEALTH', value: healthWord, toned: true },
  { title: 'TLS', value: (c: Record<string, unknown>) => tlsCell(c['tls']) },
  { title: 'VERSION', value: (c: Record<string, unknown>) => c['active_version'], extra: true },
  { title: 'EXPIRES', value: (c: Record<string, unknown>) => c['expires_at'], extra: true },
  { title: 'LAST USED', value: (c: Record<string, unknown>) => c['last_used_at'], extra: true },
  { title: 'ID', value: (c: Record<string, unknown>) => c['id'], extra: true },
];

/** What the caller may see, newest first. */
export const list = leaf('list', 'list the credentials you can see')
  .option('--type <service_type>', 'only of this service type')
  .option('--health <health>', 'only this health: ok, limited, rejected, unreachable or unchecked')
  .option('--status <status>', 'active, disabled, deleted …')
  .option('--label <key=value>', 'only with this label; may be repeated', repeated)
  .option('--team <name>', 'only shared with this team')
  .option('--owner <principal>', 'only of this owner, e.g. local:anna or sa:celery')
  .option('--expiring-before <time>', `only expiring before: ${TIME_FORMS}`, ahead)
  .option('--unused-since <time>', 'only not used since; 90d is 90 days ago', ago)
  .option('--search <text>', 'search names, descriptions and settings')
  .option(
    '--sort <column>',
    'sort by name, type, owner, health, expires …; -name for descending (default: newest first)',
  )
  .option('--columns <names>', 'show only these columns, e.g. name,health,expires')
  .option('--limit <n>', 'maximum number of results', atLeastOne)
  .action(
    withBroker<Options>(async (cli, options) => {
      const { owner } = options;
      const filter = { ...filterOf(options), owner: owner && (await writtenOut(cli, owner)) };
      const shown = chosenColumns(columns, options.columns, '--columns');
      const page = await sortedPage(cli, filter, options);
      if (options.json) return printJson({ items: page.items });
      if (page.items.length > 0) {
        printTable(shown, await withAccountNames(cli, page.items));
        return tellMore(page);
      }
      const filtered = Object.values(filter).some((word) => word !== undefined);
      note(
        filtered
          ? 'No credentials match these filters.'
          : 'No credentials yet. Store one: glassdome credentials add proxmox, or import a .env: glassdome credentials import .env',
      );
    }),
  );

/** A sorted list is all of it, sorted, and then the first `limit`: the first ones of an unsorted list would be others. */
async function sortedPage(
  cli: Cli,
  filter: Record<string, string | string[] | undefined>,
  { sort, limit }: Options,
): Promise<Page<Record<string, unknown>>> {
  if (sort === undefined) return listed(cli, '/api/credentials', { limit, filter });
  const [column] = chosenColumns(columns, sort.replace(/^-/, ''), '--sort');
  const { items } = await listed(cli, '/api/credentials', { filter });
  const key = (row: Record<string, unknown>) => cell(column?.value(row));
  const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  items.sort((a, b) => byKey(order, key(a), key(b)));
  if (sort.startsWith('-')) items.reverse();
  return {
    items: items.slice(0, limit),
    next_cursor: items.length > (limit ?? items.length) ? 'more' : null,
  };
}

/** What has none comes last. */
function byKey(order: Intl.Collator, a: string, b: string): number {
  if (a === '-' || b === '-') return Number(a === '-') - Number(b === '-');
  return order.compare(a, b);
}

function filterOf(options: Options): Record<string, string | string[] | undefined> {
  return {
    service_type: options.type,
    health: options.health,
    status: options.status,
    label: options.label,
    team: options.team,
    expiring_before: options.expiringBefore,
    unused_since: options.unusedSince,
    q: options.search,
  };
}
