import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../domain/errors.js';
import { named, text } from './shape.js';

/** What each code means, for the documents. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'The request breaks a rule. `fields` names each field and its rule.',
  unauthenticated: 'The token is missing, invalid or expired. Log in again.',
  password_change_required:
    'The password is a one-time password. Set a new one first: `POST /api/auth/password`.',
  forbidden: 'Permission denied. Ask the owner or an admin for access.',
  reason_required: 'An admin needs a reason for this access. Send it in `X-Break-Glass-Reason`.',
  not_found: 'It does not exist, or it is not shared with you.',
  method_not_allowed: 'The path does not support this method. `Allow` lists the methods.',
  gone: 'The value was destroyed in Vault. It cannot be read any more.',
  conflict:
    'The state does not allow this change, or another request changed it at the same time. Read it again.',
  name_taken: 'The name is already used. Choose another one.',
  ambiguous: 'Several credentials fit. `candidates` lists them: choose one by ID.',
  precondition_failed: 'The credential has another revision than `If-Match` says. Read it again.',
  idempotency_key_reused: 'The Idempotency-Key was used for another request. Use a new key.',
  idempotency_in_progress: 'The first request with this Idempotency-Key still runs. Try again.',
  payload_too_large: 'The body is too large.',
  unsupported_media_type:
    'The body has another media type. Send JSON in UTF-8 with `Content-Type: application/json`.',
  test_failed: 'The service refused the values, so they were not stored. `test` has the result.',
  rate_limited: 'Too many requests. Wait for the seconds in `Retry-After`.',
  store_unavailable: 'Vault does not answer. Try again after the seconds in `Retry-After`.',
  records_unavailable: 'Postgres does not answer. Try again after the seconds in `Retry-After`.',
  audit_overloaded: 'Too many audit rows wait to be stored. Try again after the seconds in `Retry-After`.',
  integrity_error:
    'Vault has another value than the one that was stored here. Report it to your administrator.',
  bad_store_answer: 'Vault returned an answer that is not valid. Give the request ID to your administrator.',
  internal_error: 'Internal error. Give the request ID to your administrator.',
};

const codes = ERROR_CODES.map((code) => `- \`${code}\`: ${ERROR_MEANINGS[code]}`).join('\n');

/** RFC 9457. Members depend on the code: `candidates`, `test`, … */
export const problemAnswer = named(
  'Problem',
  'An error (RFC 9457). More members depend on the code.',
  z.looseObject({
    type: z.string().meta({ description: 'The code as a URI.', examples: ['about:blank#not_found'] }),
    title: z.string().meta({ description: 'The code in words.', examples: ['not found'] }),
    status: z
      .number()
      .int()
      .meta({ description: 'The HTTP status.', examples: [404] }),
    code: z.enum(ERROR_CODES).meta({
      id: 'ErrorCode',
      description: `Stable code: branch on it.\n\n${codes}`,
      examples: ['not_found'],
    }),
    detail: z.string().meta({
      description: 'What is wrong, then what to do.',
      examples: ['There is no such credential, or it is not shared with you.'],
    }),
    request_id: text('ID of the request, as in `X-Request-Id` and in the audit.'),
    fields: z
      .array(
        named(
          'FieldProblem',
          'A field that breaks a rule.',
          z.strictObject({
            field: z.string().meta({ description: 'Path of the field.', examples: ['fields.host'] }),
            rule: z
              .string()
              .meta({ description: 'The rule that it breaks.', examples: ['must be 1 to 255 characters'] }),
          }),
        ),
      )
      .describe('With `invalid_request`: each field that is wrong.')
      .optional(),
  }),
);
