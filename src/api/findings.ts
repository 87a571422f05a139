import { z } from 'zod';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';
import { FINDING_KINDS, RESOLUTIONS } from '../domain/reconcile/discrepancy.js';
import { cursor, limit } from './common.js';

export const findingQuery = z.strictObject({
  kind: z.enum(FINDING_KINDS).optional(),
  /** Also those that hold no more. */
  resolved: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
  limit,
  cursor: cursor.optional(),
});

const moment = z.iso.datetime();
export const findingPage = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.uuid(),
      kind: z.enum(FINDING_KINDS),
      credential: z
        .strictObject({
          id: z.uuid(),
          name: z.string(),
          service_type: z.enum(SERVICE_TYPES),
          owner: z.string(),
        })
        .nullable(),
      /** In Vault, below the mount; of orphans only. */
      path: z.string().nullable(),
      version: z.number().int().nullable(),
      facts: z.record(z.string(), z.unknown()),
      found_at: moment,
      resolved_at: moment.nullable(),
      resolution: z.enum(RESOLUTIONS).nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
