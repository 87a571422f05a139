// `npm start`: sets up what is missing, then hands over to the launcher in this same process.
import { HELP } from './help.mjs';
import { followNpm } from './parent.mjs';
import { setUp } from './setup.mjs';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  followNpm();
  await setUp();
  await import('../dist/local/main.js');
}
