// `npm run seed`: fills a running local system with sample data.
import { SEED_HELP } from './help.mjs';
import { setUp } from './setup.mjs';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(SEED_HELP);
} else {
  await setUp();
  await import('../dist/local/seed/main.js');
}
