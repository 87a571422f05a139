import { z } from 'zod';
import { BULK_ACTS, BULK_ITEM_STATES, BULK_STATES } from '../../domain/bulk/bulk.js';
import { grantInput, labels, uuid } from '../common.js';
import { pageQuery, reminders } from '../credentials.js';
import { at, count, id, named, page, text } from '../shape.js';
import { credentialFilters } from './credentialList.js';

const filter = named(
  'BulkFilter',
  'What the list of credentials can be filtered by, with the same names and texts.',
  z.strictObject(credentialFilters),
);

const act = z
  .enum(BULK_ACTS)
  .describe(
    '`label` needs `labels` or `remove_labels`, `grant` needs `grant`, `reminder` needs `reminders`; the others need nothing.',
  );

/** `POST /api/bulk`. */
export const bulkBody = z
  .strictObject({
    act,
    ids: z
      .array(uuid)
      .min(1)
      .max(1000)
      .meta({ description: 'The credentials.', examples: [['0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10']] })
      .optional(),
    filter: filter.describe('All credentials that match now, at most 10,000.').optional(),
    labels: labels.describe('`label`: labels to set.').optional(),
    remove_labels: z
      .array(z.string().max(63).describe('Key of a label.'))
      .max(32)
      .describe('`label`: keys of labels to remove.')
      .optional(),
    grant: grantInput.describe('`grant`: the right to give.').optional(),
    reminders: reminders.describe('`reminder`: the reminder settings; null: those of the broker.'),
  })
  .superRefine((body, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((body.ids === undefined) === (body.filter === undefined))
      problem('ids', 'must be given, or filter, but not both');
    const changed = [...Object.keys(body.labels ?? {}), ...(body.remove_labels ?? [])];
    if (body.act === 'label' && changed.length === 0) problem('labels', 'or remove_labels must name a label');
    if (body.act === 'grant' && body.grant === undefined) problem('grant', 'must be given');
    if (body.act === 'reminder' && body.reminders === undefined)
      problem('reminders', 'must be given, or null');
  })
  .meta({
    id: 'BulkRequest',
    description: 'One act on many credentials, given by `ids` or by `filter`.',
  });
export type BulkBody = z.infer<typeof bulkBody>;

/** `POST /api/bulk/count`. */
export const bulkCountBody = named(
  'BulkCountRequest',
  'Which credentials to count.',
  z.strictObject({ filter }),
);
export const bulkCount = named(
  'BulkCount',
  'How many credentials a job would cover.',
  z.strictObject({ total: count('How many match now.') }),
);

/** `GET /api/bulk/{id}`. */
export const bulkQuery = pageQuery.extend({
  state: z.enum(BULK_ITEM_STATES).describe('Only items in this state.').optional(),
});

const job = z.strictObject({
  id: id('ID of the job.'),
  act: z.enum(BULK_ACTS).describe('What it does.'),
  state: z.enum(BULK_STATES).describe('`done` once every item has a result, whatever the results are.'),
  total: count('How many credentials it covers.'),
  waiting: count('How many have no result yet.'),
  done: count('How many are done.'),
  failed: count('How many failed.'),
  skipped: count('How many needed nothing, or were cancelled.'),
  started_at: at('When it started.'),
  ended_at: at('When it ended; null: it runs.').nullable(),
});
export const bulkJob = named('BulkJob', 'One act on many credentials.', job);

const item = named(
  'BulkItem',
  'One credential of a bulk job.',
  z.strictObject({
    credential_id: id('The credential.'),
    name: text('Its name; null: not looked at yet, or not visible to you.').nullable(),
    state: z.enum(BULK_ITEM_STATES).describe('How it went.'),
    code: text(
      'Of a failed item the error code, or that of the test; of a skipped one `unchanged`, `no_test` or `cancelled`; else null.',
    ).nullable(),
    detail: text('What is wrong, in one sentence; null: nothing.').nullable(),
  }),
);
export const bulkAnswer = named(
  'BulkJobWithItems',
  'A job and one page of its items, in its order.',
  job.extend(page('BulkItemPage', 'Items of a job.', item).shape),
);
