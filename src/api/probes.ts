import { z } from 'zod';
import { named } from './shape.js';

/** What probes answer: no address, no text of another program. */
export const liveAnswer = named(
  'Liveness',
  'The process runs.',
  z.strictObject({ status: z.literal('ok').describe('Always `ok`.') }),
);
export const startedAnswer = named(
  'Startup',
  'Whether the process was ready once.',
  z.strictObject({ status: z.enum(['ok', 'starting']).describe('`starting` with status 503.') }),
);
export const readyAnswer = named(
  'Readiness',
  'Whether the process can answer a read now. The parts are absent before the first check.',
  z.strictObject({
    status: z.enum(['ok', 'unavailable', 'stopping']).describe('`ok` with status 200; the others with 503.'),
    vault: z
      .string()
      .meta({ description: '`ok`, or why Vault cannot be used.', examples: ['ok'] })
      .optional(),
    postgres: z
      .string()
      .meta({ description: '`ok`, or why Postgres cannot be used.', examples: ['ok'] })
      .optional(),
    audit: z
      .enum(['ok', 'refused', 'full'])
      .describe('`refused`: audit rows were not stored just now. `full`: too many rows wait.')
      .optional(),
  }),
);
export const jwksAnswer = named(
  'Jwks',
  'Public keys that verify the tokens of this broker (RFC 7517).',
  z.strictObject({
    keys: z
      .array(z.record(z.string(), z.unknown()).describe('A public key as a JWK.'))
      .describe('The public keys.'),
  }),
);
