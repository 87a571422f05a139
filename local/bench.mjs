// `npm run bench [-- read environment list]`: sets up what is missing, then measures on real parts.
import { setUp } from './setup.mjs';

await setUp();
await import('../dist/bench/main.js');
