import type { ErrorRequestHandler, Request } from 'express';
import { tokenBody } from '../api/people.js';
import { BrokerError } from '../domain/errors.js';
import { knownError, problemOf, STATUS } from './problem.js';

const GRANT_TYPES: readonly string[] = tokenBody.shape.grant_type.options;
const NAMES = Object.keys(tokenBody.shape);

/**
 * A token request as RFC 6749 has it: a form with `client_id` and `client_secret` in it or in a header of HTTP Basic, not
 * both; other parameters are ignored, empty ones are absent. JSON is taken as well. The row's schema parses the result.
 */
export function tokenRequest(request: Request): unknown {
  const given = isForm(request) ? formOf(request.body) : (request.body ?? {});
  const grant: unknown = given['grant_type'];
  if (typeof grant === 'string' && !GRANT_TYPES.includes(grant))
    throw badRequest(`grant_type must be one of ${GRANT_TYPES.join(', ')}`, 'unsupported_grant_type');
  const client = basicClient(request);
  if (client === undefined) return given;
  if (given['client_secret'] !== undefined)
    throw badRequest('Send the client secret in the header or in the body, not in both.');
  if (given['client_id'] !== undefined && given['client_id'] !== client.client_id)
    throw badRequest('client_id in the body differs from the one in the header.');
  return { ...given, ...client };
}

/** A refresh token that is no longer good is a wrong grant, where a service account's secret is a wrong client. */
export function asInvalidGrant(error: unknown): never {
  if (!(error instanceof BrokerError) || error.code !== 'unauthenticated') throw error;
  throw new BrokerError(error.code, { detail: error.detail, extra: { error: 'invalid_grant' } });
}

/**
 * Adds `error` and `error_description` to the problem document. Answers to forms have the media type and the status of RFC 6749 too.
 */
export const tokenErrors: ErrorRequestHandler = (error: unknown, request, response, next) => {
  const known = knownError(error);
  if (response.headersSent || known === undefined) return next(error);
  const { code, detail, fields, retryAfterSeconds, log } = known;
  const word = known.extra['error'] ?? oauthCode(known);
  const extra = { ...known.extra, error: word, error_description: plain(detail) };
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const full = new BrokerError(code, { detail, fields, extra, ...retry, ...(log !== undefined && { log }) });
  if (STATUS[code] >= 500) return next(full);
  const isOauth = isForm(request) || isBasic(request);
  const status = isOauth && word === 'invalid_grant' ? 400 : STATUS[code];
  if (status === 401) response.set('WWW-Authenticate', 'Basic realm="glassdome-broker", charset="UTF-8"');
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
  response.status(status).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
  response.type(isOauth ? 'application/json' : 'application/problem+json');
  response.send(JSON.stringify({ ...problemOf(full, String(response.locals['requestId'])), status }));
};

function oauthCode({ code }: BrokerError): string {
  if (code === 'unauthenticated') return 'invalid_client';
  if (STATUS[code] === 503 || STATUS[code] === 429) return 'temporarily_unavailable';
  return STATUS[code] >= 500 ? 'server_error' : 'invalid_request';
}

/** RFC 6749 allows printable ASCII without quotation marks and backslashes. */
const plain = (text: string) => text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');

const badRequest = (detail: string, error = 'invalid_request') =>
  new BrokerError('invalid_request', { detail, extra: { error } });

const isForm = (request: Request) => Boolean(request.is('application/x-www-form-urlencoded'));

function formOf(body: unknown): Record<string, unknown> {
  const form = (body ?? {}) as Record<string, unknown>;
  const known = NAMES.filter((name) => Object.hasOwn(form, name) && form[name] !== '');
  const twice = known.find((name) => typeof form[name] !== 'string');
  if (twice !== undefined) throw badRequest(`${twice} must be sent once.`);
  return Object.fromEntries(known.map((name) => [name, form[name]]));
}

const authorizations = (request: Request) => request.headersDistinct['authorization'] ?? [];
const isBasic = (request: Request) => authorizations(request).some((header) => /^basic(\s|$)/i.test(header));

/** Id and secret of a header of HTTP Basic, each encoded like a value of a form (RFC 6749, 2.3.1). */
function basicClient(request: Request): { client_id: string; client_secret: string } | undefined {
  if (!isBasic(request)) return undefined;
  const headers = authorizations(request);
  if (headers.length > 1) throw badRequest('Send one Authorization header.');
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(headers[0] ?? '')?.[1] ?? '';
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  const client = { client_id: formDecoded(id), client_secret: formDecoded(secret) };
  if (client.client_id === undefined || client.client_secret === undefined)
    throw badRequest('The Authorization header must be Basic with base64 of "client_id:client_secret".');
  return { client_id: client.client_id, client_secret: client.client_secret };
}

function formDecoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
