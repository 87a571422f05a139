import { z } from 'zod';
import { requestVariables } from './requestVariables.js';
import { storeVariables } from './storeVariables.js';
import { workerVariables } from './workerVariables.js';

/** Every variable with its rule and meaning; `npm run docs` generates docs/configuration.md from it. */
export const configSchema = z.object({ ...storeVariables, ...requestVariables, ...workerVariables });

/** What the environment says, each variable by its own rule. */
export type Variables = z.infer<typeof configSchema>;
