import { stopContainers } from './services/containers.js';

/** Around the whole run, whichever way it is started. */
export const mochaHooks = { afterAll: stopContainers };
