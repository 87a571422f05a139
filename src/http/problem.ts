import type { ErrorRequestHandler, Response } from 'express';
import { BrokerError, type ErrorCode } from '../domain/errors.js';
import type { Log } from '../ports/runtime.js';

/** The one table from code to HTTP status. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  unauthenticated: 401,
  password_change_required: 403,
  forbidden: 403,
  reason_required: 403,
  not_found: 404,
  method_not_allowed: 405,
  gone: 410,
  conflict: 409,
  name_taken: 409,
  ambiguous: 409,
  precondition_failed: 412,
  idempotency_key_reused: 422,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  test_failed: 422,
  rate_limited: 429,
  store_unavailable: 503,
  records_unavailable: 503,
  audit_overloaded: 503,
  integrity_error: 502,
  bad_store_answer: 502,
  internal_error: 500,
};

/** What callers see of an error that is none of ours. */
export const UNKNOWN = new BrokerError('internal_error', {
  detail: 'Internal error. Give this request ID to your administrator.',
});

/** RFC 9457 members of an error. */
export function problemOf(error: BrokerError, requestId: string): Record<string, unknown> {
  return {
    type: `about:blank#${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status: STATUS[error.code],
    code: error.code,
    detail: error.detail,
    request_id: requestId,
    ...(error.fields.length > 0 ? { fields: error.fields } : {}),
    ...error.extra,
  };
}

export function sendProblem(response: Response, error: BrokerError): void {
  const status = STATUS[error.code];
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  const retry = error.retryAfterSeconds ?? (status === 503 ? 1 : undefined);
  if (retry !== undefined) response.set('Retry-After', String(retry));
  response.status(status).type('application/problem+json').set('Cache-Control', 'no-store');
  response.send(JSON.stringify(problemOf(error, response.locals['requestId'] as string)));
}

/** An error of a handler or a parser → a problem document; a foreign error is reported by a constant. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const known = error instanceof BrokerError ? error : fromParser(error);
    // While the breaker is open every call fails alike; that it opened is logged once, by the breaker.
    const toldAlready = known.code === 'store_unavailable' && known.log?.endsWith('breaker open') === true;
    if (STATUS[known.code] >= 500 && !toldAlready) {
      const name = error instanceof Error ? error.name : typeof error;
      log.error('request_failed', {
        request_id: response.locals['requestId'] as string,
        code: known.code,
        error: name,
        note: known.log,
      });
    }
    sendProblem(response, known);
  };
}

/** What a handler threw on purpose or a parser refused; undefined: neither. */
export function knownError(error: unknown): BrokerError | undefined {
  const known = error instanceof BrokerError ? error : fromParser(error);
  return known === UNKNOWN ? undefined : known;
}

function fromParser(error: unknown): BrokerError {
  if (error instanceof URIError)
    return new BrokerError('invalid_request', { detail: 'The address is not valid percent-encoding.' });
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large')
    return new BrokerError('payload_too_large', { detail: 'The request body is too large.' });
  // Nobody reads the answer to a body that was cut off; it is no fault of ours.
  if (type === 'request.aborted' || type === 'request.size.invalid')
    return new BrokerError('invalid_request', { detail: 'The body does not match its content-length.' });
  if (type === 'entity.parse.failed')
    return new BrokerError('invalid_request', { detail: 'The body is not valid JSON.' });
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new BrokerError('unsupported_media_type', { detail: 'Send JSON in UTF-8.' });
  return UNKNOWN;
}
