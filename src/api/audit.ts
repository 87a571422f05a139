import { z } from 'zod';
import { moment } from './common.js';

/** The calls about the proof of the audit: what they take and answer. */
const count = z.number().int().min(0);
const at = z.string();

/** `GET /api/audit/checkpoints`: from the last one before `since` on; those that say what was dropped always come first. */
export const checkpointsQuery = z.strictObject({
  since: moment.optional(),
  /** `key` of the last one that is known. */
  after: z
    .string()
    .regex(/^-?\d{1,18}$|^-9223372036854775808$|^9223372036854775807$/, 'must be the key of a checkpoint')
    .default('-9223372036854775808'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** `GET /api/audit/rows`: those after this row, in the order of chain, number and time. */
export const auditRowsQuery = z.strictObject({
  chain: z.string().max(255).default(''),
  seq: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).default(-1),
  at: moment.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

const name = z.strictObject({ number: z.number().int(), sha256: z.string() });

/** A forged row may have any number. */
const problem = z.strictObject({ chain: z.string(), seq: z.number(), problem: z.string() });

export const checkpointedAnswer = z.strictObject({
  /** The newest valid checkpoint. */
  checkpoint: name.nullable(),
  /** The one that Vault remembers from the last reconciliation: an export up to now holds it. */
  remembered: name.nullable(),
  /** What was found wrong since the checkpoint before, and was not signed. */
  problems: z.array(problem),
});

export const checkpointItem = z.strictObject({
  /** The number as text, to ask for what follows. */
  key: z.string(),
  number: z.number(),
  at,
  payload: z.string(),
  signature: z.string(),
});
export const checkpointsAnswer = z.strictObject({ items: z.array(checkpointItem) });

export const auditRowItem = z.strictObject({
  chain: z.string(),
  seq: z.number(),
  /** As it is stored, to the microsecond. */
  at,
  action: z.string(),
  outcome: z.string(),
  actor: z.string(),
  actor_kind: z.string(),
  request_id: z.string(),
  ip: z.string().nullable(),
  credential_id: z.string().nullable(),
  version: z.number().int().nullable(),
  code: z.string().nullable(),
  used_by: z.string().nullable(),
  purpose: z.string().nullable(),
  break_glass: z.boolean(),
  break_glass_reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  prev_hash: z.string(),
  hash: z.string(),
  mac: z.string().nullable(),
});
export const auditRowsAnswer = z.strictObject({ items: z.array(auditRowItem) });

export const auditKeyAnswer = z.strictObject({
  keys: z.array(z.strictObject({ version: count, public_key: z.string() })),
});

export const auditProof = z.strictObject({
  ok: z.boolean(),
  chains: count,
  rows: count,
  checkpoints: count,
  last_checkpoint: name.nullable(),
  problem_count: count,
  problems: z.array(problem),
  /** Rows that no checkpoint vouches for yet: those of the last minute. */
  unsigned_rows: count,
  oldest_unsigned_at: z.iso.datetime().nullable(),
});
