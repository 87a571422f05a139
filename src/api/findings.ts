import { z } from 'zod';
import { FINDING_KINDS, RESOLUTIONS } from '../domain/reconcile/discrepancy.js';
import { cursor, limit } from './common.js';
import { anything, at, id, named, page, principal, serviceType, text } from './shape.js';

export const findingQuery = z.strictObject({
  kind: z.enum(FINDING_KINDS).describe('Only findings of this kind.').optional(),
  resolved: z
    .enum(['true', 'false'])
    .describe('`true`: also findings that are resolved.')
    .default('false')
    .transform((word) => word === 'true'),
  limit,
  cursor: cursor.optional(),
});

export const findingAnswer = named(
  'Finding',
  'Something in Vault that is not as the broker stored it.',
  z.strictObject({
    id: id('ID of the finding.'),
    kind: z.enum(FINDING_KINDS).describe('What is different.'),
    credential: z
      .strictObject({
        id: id('ID of the credential.'),
        name: text('Its name.'),
        service_type: serviceType,
        owner: principal('Its owner.'),
      })
      .nullable()
      .describe('The credential; null for orphans.'),
    path: text('Path in Vault below the mount; for orphans only.').nullable(),
    version: z.number().int().nullable().describe('The version that is different.'),
    facts: anything('More facts, by kind.'),
    found_at: at('When it was found.'),
    resolved_at: at('When it was resolved; null: it is open.').nullable(),
    resolution: z.enum(RESOLUTIONS).nullable().describe('How it was resolved.'),
  }),
);
export const findingPage = page('FindingPage', 'Findings, newest first.', findingAnswer);
