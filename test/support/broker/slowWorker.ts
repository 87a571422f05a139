/**
 * A worker that takes one job and never ends it, for who wants to kill it meanwhile. Prints `begun` when it has it.
 * Usage: node slowWorker.js <url of the app role> <task> <lease in ms>
 */
import { pathToFileURL } from 'node:url';
import { recordsAt } from '../../integration/postgres/postgresSupport.js';

async function main([url = '', task = '', lease = '']: string[]): Promise<void> {
  const { jobs } = recordsAt(url, { leaseMs: Number(lease) });
  await jobs.work({
    [task]: () => {
      process.stdout.write('begun\n');
      return new Promise(() => undefined);
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
