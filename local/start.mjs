// `npm start`: sets up what is missing, then hands over to the launcher in this same process.
import { HELP } from './help.mjs';
import { setUp } from './setup.mjs';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  setUp();
  await import('../dist/local/main.js');
}
