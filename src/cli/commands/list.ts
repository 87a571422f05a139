import { withAccountNames } from '../accountNames.js';
import type { GlobalOptions } from '../cli.js';
import { leaf, repeated, withBroker } from '../command.js';
import { atLeastOne } from '../fieldFlags.js';
import { tlsCell } from '../insecure.js';
import { printJson, printTable } from '../output.js';
import { listed, tellMore } from '../pages.js';
import { writtenOut } from '../subject.js';
import { note } from '../terminal.js';

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
  limit?: number;
}

const columns = [
  { title: 'NAME', value: (c: Record<string, unknown>) => c['name'] },
  { title: 'TYPE', value: (c: Record<string, unknown>) => c['service_type'] },
  { title: 'OWNER', value: (c: Record<string, unknown>) => c['owner'] },
  { title: 'ACCESS', value: (c: Record<string, unknown>) => c['access'] },
  { title: 'HEALTH', value: (c: Record<string, unknown>) => c['health'] },
  { title: 'TLS', value: (c: Record<string, unknown>) => tlsCell(c['tls']) },
  { title: 'VERSION', value: (c: Record<string, unknown>) => c['active_version'], extra: true },
  { title: 'EXPIRES', value: (c: Record<string, unknown>) => c['expires_at'], extra: true },
  { title: 'LAST USED', value: (c: Record<string, unknown>) => c['last_used_at'], extra: true },
  { title: 'ID', value: (c: Record<string, unknown>) => c['id'], extra: true },
];

/** What the caller may see, newest first. */
export const list = leaf('list', 'what you may see')
  .option('--type <service_type>', 'of one service only')
  .option('--health <health>', 'ok, limited, rejected, unreachable or unchecked')
  .option('--status <status>', 'active, disabled, deleted …')
  .option('--label <key=value>', 'with this label; may be repeated', repeated)
  .option('--team <name>', 'shared with this team')
  .option('--owner <principal>', 'owned by, e.g. local:anna or sa:celery')
  .option('--expiring-before <moment>', 'RFC 3339')
  .option('--unused-since <moment>', 'RFC 3339')
  .option('--search <text>', 'in names, descriptions and settings')
  .option('--limit <n>', 'at most so many', atLeastOne)
  .action(
    withBroker<Options>(async (cli, options) => {
      const { owner } = options;
      const filter = { ...filterOf(options), owner: owner && (await writtenOut(cli, owner)) };
      const page = await listed(cli, '/api/credentials', { limit: options.limit, filter });
      if (options.json) return printJson({ items: page.items });
      if (page.items.length > 0) {
        printTable(columns, await withAccountNames(cli, page.items));
        return tellMore(page);
      }
      const filtered = Object.values(filter).some((word) => word !== undefined);
      note(
        filtered
          ? 'Nothing fits these filters.'
          : 'Nothing here yet. Store one: glassdome credentials add proxmox --name …',
      );
    }),
  );

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
