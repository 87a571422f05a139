// `npm start`: sets up what is missing, then hands over to the launcher in this same process.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/local/main.js');
