import { launch } from '../launcher.js';
import { developOptions } from './options.js';
import { Standby } from './standby.js';

/** A debugger or an open stream must not hold up a new start. */
const STOP_WITHIN_MS = 1_000;

/** `npm run dev`. */
const standby = new Standby(developOptions(process.argv.slice(2)).inspect);
await launch({
  spawn: (how) => standby.spawn(how),
  prepare: () => standby.prepare(),
  stopWithinMs: STOP_WITHIN_MS,
});
