/**
 * The closed set of what can go wrong, as a caller may learn it. Each code is stable: clients branch on it.
 * `http/problem.ts` holds the one table from code to HTTP status.
 */
export const ERROR_CODES = [
  'invalid_request',
  'unauthenticated',
  'password_change_required',
  'forbidden',
  'reason_required',
  'not_found',
  'method_not_allowed',
  'gone',
  'conflict',
  'name_taken',
  'ambiguous',
  'precondition_failed',
  'idempotency_key_reused',
  'idempotency_in_progress',
  'payload_too_large',
  'unsupported_media_type',
  'test_failed',
  'rate_limited',
  'store_unavailable',
  'records_unavailable',
  'audit_overloaded',
  'integrity_error',
  'bad_store_answer',
  'internal_error',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One thing wrong with the input: which field, and the rule it broke. Never the value. */
export interface FieldProblem {
  /** Path in the request, e.g. `fields.host` or `labels`. */
  field: string;
  /** What holds for it, as a sentence fragment: `must be 1 to 255 characters`. */
  rule: string;
}

export interface BrokerErrorOptions {
  /** What the caller reads. Our words only, never a foreign error's. */
  detail: string;
  /** Each field that is wrong, for `invalid_request`. */
  fields?: FieldProblem[];
  /** Further members of the problem document that may be shown (ids, names, versions; no secret). */
  extra?: Record<string, unknown>;
  retryAfterSeconds?: number;
  /** What the log gets in addition to `detail`; no secret either. */
  log?: string;
  cause?: unknown;
}

/** The only error that use cases throw on purpose. Anything else that reaches an edge becomes `internal_error`. */
export class BrokerError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly fields: FieldProblem[];
  readonly extra: Record<string, unknown>;
  readonly retryAfterSeconds: number | undefined;
  readonly log: string | undefined;

  constructor(code: ErrorCode, options: BrokerErrorOptions) {
    super(options.detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BrokerError';
    this.code = code;
    this.detail = options.detail;
    this.fields = options.fields ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.log = options.log;
  }
}

/** `invalid_request` that names each field and the rule it broke. */
export function invalid(...fields: FieldProblem[]): BrokerError {
  const detail = fields.map((f) => `${f.field} ${f.rule}`).join('; ');
  return new BrokerError('invalid_request', { detail, fields });
}

/** The one answer to "not there" and "not yours". */
export function notFound(what = 'credential'): BrokerError {
  return new BrokerError('not_found', { detail: `There is no such ${what}, or it is not shared with you.` });
}
