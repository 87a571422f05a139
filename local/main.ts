import { launch } from './launcher.js';

/** `npm start`. */
await launch();
