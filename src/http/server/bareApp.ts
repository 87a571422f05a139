import { randomUUID } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Lifecycle } from './readiness.js';

const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'unsafe-inline'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
};

/** What every listener of the broker does for each request: a request id and the headers of security. No route yet. */
export function bareApp(life: Lifecycle): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(requestId(life), helmet({ contentSecurityPolicy: { useDefaults: false, directives: POLICY } }));
  return app;
}

/** Takes the caller's id for a request, or makes one. */
export function requestId(life: Lifecycle): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const id = given !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
    response.locals['requestId'] = id;
    response.set('X-Request-Id', id);
    if (life.stopping) response.set('Connection', 'close');
    next();
  };
}

/** The headers of security that mean something for an answer in JSON. */
export const leanHeaders: RequestHandler = (_request, response, next) => {
  response.set(JSON_HEADERS);
  next();
};

const JSON_HEADERS = {
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
};
