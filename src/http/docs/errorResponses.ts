import { ERROR_MEANINGS, problemAnswer } from '../../api/problem.js';
import type { ErrorCode } from '../../domain/errors.js';
import { idempotencyKey, ifMatch } from '../headers.js';
import { STATUS } from '../problem.js';
import type { Route } from '../route.js';
import type { Components, Json } from './components.js';

/** What every operation may answer. */
const ALWAYS: readonly ErrorCode[] = ['internal_error', 'records_unavailable', 'audit_overloaded'];

/** The codes that follow from a row, and those that it names. */
function codesOf(row: Route): ErrorCode[] {
  const headers = Object.values(row.headers ?? {});
  const takesInput = row.body !== undefined || row.query !== undefined || row.params !== undefined;
  const codes: readonly ErrorCode[] = [
    ...ALWAYS,
    ...(takesInput ? (['invalid_request'] as const) : []),
    ...(row.body === undefined ? [] : (['payload_too_large', 'unsupported_media_type'] as const)),
    ...(row.auth === 'none' ? [] : (['unauthenticated', 'forbidden'] as const)),
    ...(row.auth === 'token' ? (['password_change_required'] as const) : []),
    ...(row.params === undefined ? [] : (['not_found'] as const)),
    ...(row.reveals || row.tests || row.stream || row.auth === 'none' ? (['rate_limited'] as const) : []),
    ...(row.tag === 'Credentials' || row.tag === 'Values' ? (['store_unavailable'] as const) : []),
    ...(headers.includes(ifMatch) ? (['precondition_failed'] as const) : []),
    ...(headers.includes(idempotencyKey)
      ? (['idempotency_key_reused', 'idempotency_in_progress'] as const)
      : []),
    ...(row.errors ?? []),
  ];
  return [...new Set(codes)];
}

/** The errors of a row by status. Codes that occur together are one component. */
export function errorResponses(row: Route, components: Components, shared: Record<string, Json>): Json {
  const codes = codesOf(row);
  const statuses = [...new Set(codes.map((code) => STATUS[code]))].sort((a, b) => a - b);
  const answers = statuses.map((status) => {
    const own = codes.filter((code) => STATUS[code] === status).sort();
    const name = own.map(pascal).join('Or');
    shared[name] ??= response(components, status, own);
    return [String(status), { $ref: `#/components/responses/${name}` }];
  });
  shared['Problem'] ??= response(components, null, []);
  return { ...Object.fromEntries(answers), default: { $ref: '#/components/responses/Problem' } };
}

const pascal = (code: string) =>
  code.replace(/(^|_)([a-z])/g, (_match, _line, letter) => letter.toUpperCase());

function response(components: Components, status: number | null, codes: readonly ErrorCode[]): Json {
  const schema = components.of(problemAnswer, 'output');
  const [code] = codes;
  const example = code && {
    type: `about:blank#${code}`,
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail: ERROR_MEANINGS[code],
    request_id: '5d1c1f0a-6a10-4c0e-9a53-0b2f7d3e3c53',
  };
  const headers = {
    'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' }, example: 1 },
  };
  return {
    description: codes.map((one) => `\`${one}\`: ${ERROR_MEANINGS[one]}`).join(' ') || 'Any other error.',
    ...((status === 429 || status === 503 || status === null) && { headers }),
    content: { 'application/problem+json': { schema, ...(example && { example }) } },
  };
}
