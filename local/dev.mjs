// `npm run dev`: as `npm start`, and the broker starts again with each change that compiles.
import { DEV_HELP } from './help.mjs';
import { followNpm } from './parent.mjs';
import { setUp } from './setup.mjs';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(DEV_HELP);
} else {
  followNpm();
  await setUp();
  await import('../dist/local/dev/main.js');
}
