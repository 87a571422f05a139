import { z } from 'zod';
import { moment } from './common.js';
import { anything, count, flag, list, named, principal, text, at as utc } from './shape.js';

/** The calls about the proof of the audit: what they take and answer. */
const storedAt = text('When it happened, to the microsecond, as it is stored.');

/** `GET /api/audit/checkpoints`. */
export const checkpointsQuery = z.strictObject({
  since: moment
    .describe(
      'From the last checkpoint before this moment. Those that record removed rows always come first.',
    )
    .optional(),
  after: z
    .string()
    .regex(/^-?\d{1,18}$|^-9223372036854775808$|^9223372036854775807$/, 'must be the key of a checkpoint')
    .describe('`key` of the last checkpoint that you have.')
    .default('-9223372036854775808'),
  limit: z.coerce.number().int().min(1).max(200).describe('At most this number of checkpoints.').default(50),
});

/** `GET /api/audit/rows`: those after this row, in the order of chain, number and time. */
export const auditRowsQuery = z.strictObject({
  chain: z.string().max(255).describe('`chain` of the last row that you have.').default(''),
  seq: z.coerce
    .number()
    .int()
    .min(-1)
    .max(Number.MAX_SAFE_INTEGER)
    .describe('`seq` of the last row that you have.')
    .default(-1),
  at: moment.describe('`at` of the last row that you have.').optional(),
  limit: z.coerce.number().int().min(1).max(1_000).describe('At most this number of rows.').default(500),
});

const checkpointName = named(
  'CheckpointName',
  'A checkpoint by number and hash.',
  z.strictObject({
    number: z.number().int().describe('Number of the checkpoint.'),
    sha256: text('SHA-256 of its payload.'),
  }),
);

const problem = named(
  'AuditProblem',
  'Something wrong in a chain.',
  z.strictObject({
    chain: text('The chain.'),
    seq: z
      .number()
      .describe('Number of the row, as it is stored. It can be any number when the row was made up.'),
    problem: text('What is wrong.'),
  }),
);

export const checkpointedAnswer = named(
  'CheckpointResult',
  'The checkpoint that covers the audit up to now.',
  z.strictObject({
    checkpoint: checkpointName.nullable().describe('The newest valid checkpoint.'),
    remembered: checkpointName
      .nullable()
      .describe(
        'The one that Vault remembers from the last reconciliation. An export up to now contains it.',
      ),
    problems: z.array(problem).describe('What was wrong since the last checkpoint, and was not signed.'),
  }),
);

export const checkpointItem = named(
  'Checkpoint',
  'A signed checkpoint of the audit.',
  z.strictObject({
    key: text('The number as text: send it as `after` to get what follows.'),
    number: z.number().describe('Number of the checkpoint.'),
    at: storedAt,
    payload: text('What was signed.'),
    signature: text('Signature by the transit key.'),
  }),
);
export const checkpointsAnswer = list(
  'CheckpointList',
  'Checkpoints in the order of their numbers.',
  checkpointItem,
);

export const auditRowItem = named(
  'AuditRow',
  'A row of the audit with all that its hash covers.',
  z.strictObject({
    chain: text('The chain.'),
    seq: z.number().describe('Number of the row in its chain.'),
    at: storedAt,
    action: text('What was done.'),
    outcome: text('`success`, `failure` or `denied`.'),
    actor: principal('Who did it.'),
    actor_kind: text('What kind of account it was.'),
    request_id: text('ID of the request.'),
    ip: text('Address of the caller.').nullable(),
    credential_id: text('The credential.').nullable(),
    version: z.number().int().nullable().describe('The version.'),
    code: text('Error code.').nullable(),
    used_by: text('The agent or deployment that the caller named.').nullable(),
    purpose: text('The purpose that the caller named.').nullable(),
    break_glass: flag('Whether an admin used break-glass access.'),
    break_glass_reason: text('The reason that the admin gave.').nullable(),
    details: anything('More facts, by action.'),
    prev_hash: text('Hash of the row before.'),
    hash: text('Hash of this row.'),
    mac: text('Keyed hash of this row; null: of before there was one.').nullable(),
  }),
);
export const auditRowsAnswer = list('AuditRowList', 'Rows in the order of chain and number.', auditRowItem);

export const auditKeyAnswer = named(
  'AuditKeys',
  'The public keys that checkpoints are signed with.',
  z.strictObject({
    keys: z
      .array(z.strictObject({ version: count('Version of the key.'), public_key: text('The key in PEM.') }))
      .describe('One key for each version.'),
  }),
);

export const auditProof = named(
  'AuditProof',
  'The result of a check of every chain.',
  z.strictObject({
    ok: flag('True: no problem was found.'),
    chains: count('Chains that were checked.'),
    rows: count('Rows that were checked.'),
    checkpoints: count('Checkpoints that were checked.'),
    last_checkpoint: checkpointName.nullable().describe('The newest valid checkpoint.'),
    problem_count: count('All problems, also those beyond the list.'),
    problems: z.array(problem).describe('The first problems.'),
    unsigned_rows: count('Rows that no checkpoint covers yet: those of the last minute.'),
    oldest_unsigned_at: utc('When the oldest of them was written; null: none.').nullable(),
  }),
);
