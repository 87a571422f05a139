import type { RequestHandler } from 'express';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
/**
 * What the API accepts, see /openapi.json. Never `X-Client`: a session cookie counts only with it, so that no page of another
 * origin can use one. There the token decides who may.
 */
const HEADERS =
  'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, X-Break-Glass-Reason, X-Request-Id, X-Used-By';
const EXPOSED = 'ETag, Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
const REMEMBER_SECONDS = 600;

/**
 * Lets the pages of these origins read answers, and no others (Fetch standard, CORS protocol). Without credentials: a
 * browser sends nothing automatically.
 */
export function cors(origins: readonly string[]): RequestHandler {
  const known = new Set(origins);
  return (request, response, next) => {
    response.vary('Origin');
    const origin = request.get('origin');
    if (origin === undefined || !known.has(origin)) return next();
    response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED });
    const asks = request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined;
    if (!asks) return next();
    response.set({
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': HEADERS,
      'Access-Control-Max-Age': String(REMEMBER_SECONDS),
    });
    response.status(204).end();
  };
}
