import { randomUUID } from 'node:crypto';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Call, Caller } from '../domain/caller.js';
import { BrokerError } from '../domain/errors.js';
import type { Ports } from '../ports.js';
import { authRoutes } from './authRoutes.js';
import { credentialPartRoutes } from './credentialPartRoutes.js';
import { credentialRoutes } from './credentialRoutes.js';
import { shortHeader } from './headers.js';
import { importRoutes } from './importRoutes.js';
import { addOperations, createMetrics, type Lifecycle, type Metrics } from './operations.js';
import { peopleRoutes } from './peopleRoutes.js';
import { errorHandler, sendProblem } from './problem.js';
import type { Context, Route } from './route.js';

export interface AppOptions {
  ports: Ports;
  verifyToken: (token: string) => Promise<Caller>;
  life: Lifecycle;
  version: string;
  trustedProxyHops: number;
}

/** The whole API. A route that is not in here does not exist. */
export const routes: readonly Route[] = [
  ...credentialRoutes,
  ...credentialPartRoutes,
  ...importRoutes,
  ...authRoutes,
  ...peopleRoutes,
];

const ANONYMOUS: Caller = {
  kind: 'user',
  principal: 'anonymous',
  name: 'anonymous',
  role: 'observer',
  mustChangePassword: false,
};

export function createApp(options: AppOptions): Express {
  const { ports, life } = options;
  const app = express();
  const metrics = createMetrics(ports);
  app
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', 'simple')
    .set('trust proxy', options.trustedProxyHops);
  app.use(requestId(life), helmet({ contentSecurityPolicy: { useDefaults: false, directives: POLICY } }));
  addOperations(app, ports, routes, metrics, life, options.version);
  app.use('/api/imports', express.json({ limit: '512kb', type: ['application/json'] }));
  app.use(
    '/api',
    express.json({ limit: '64kb', type: ['application/json'] }),
    express.urlencoded({ extended: false, limit: '8kb' }),
  );
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    const limits = route.auth === 'none' ? [loginLimit()] : [];
    app[route.method](path, observe(metrics, route), ...limits, handlerOf(options, route));
  }
  app.use(unknownRoute);
  app.use(errorHandler(ports.log));
  return app;
}

const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'unsafe-inline'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
};

function requestId(life: Lifecycle): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const id = given !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
    response.locals['requestId'] = id;
    response.set('X-Request-Id', id);
    if (life.stopping) response.set('Connection', 'close');
    next();
  };
}

function observe(metrics: Metrics, route: Route): RequestHandler {
  return (_request, response, next) => {
    const end = metrics.seconds.startTimer({ method: route.method, route: route.path });
    response.once('finish', () => {
      end();
      metrics.requests.inc({ method: route.method, route: route.path, status: response.statusCode });
    });
    next();
  };
}

/** Logins and token requests: per address, before anything costly happens. */
function loginLimit(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: 60,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, response) =>
      sendProblem(
        response,
        new BrokerError('rate_limited', {
          detail: 'Too many logins from this address. Wait a minute.',
          retryAfterSeconds: 60,
        }),
      ),
  });
}

function handlerOf(options: AppOptions, route: Route): RequestHandler {
  return async (request, response) => {
    const call = await callOf(options, route, request, response);
    if (route.query === undefined && Object.keys(request.query).length > 0) {
      const name = Object.keys(request.query)[0] ?? '';
      throw new BrokerError('invalid_request', {
        detail: `This call takes no query parameter "${name.slice(0, 64)}".`,
      });
    }
    const context: Context = {
      ports: options.ports,
      call,
      request,
      response,
      param: (name) => String(request.params[name] ?? ''),
    };
    await route.handle(context);
  };
}

async function callOf(
  options: AppOptions,
  route: Route,
  request: Request,
  response: Response,
): Promise<Call> {
  const caller = route.auth === 'none' ? ANONYMOUS : await authenticate(options, request);
  if (caller.mustChangePassword && route.auth === 'token') {
    throw new BrokerError('password_change_required', {
      detail: 'Set a new password first: POST /api/auth/password.',
    });
  }
  const usedBy = shortHeader(request, 'X-Used-By');
  const reason = shortHeader(request, 'X-Break-Glass-Reason');
  return {
    caller,
    requestId: response.locals['requestId'] as string,
    ip: request.ip ?? '',
    ...(usedBy === undefined ? {} : { usedBy }),
    ...(reason === undefined ? {} : { breakGlassReason: reason }),
  };
}

async function authenticate(options: AppOptions, request: Request): Promise<Caller> {
  const headers = request.headersDistinct['authorization'] ?? [];
  const token =
    headers.length === 1
      ? /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i.exec(headers[0] ?? '')?.[1]
      : undefined;
  try {
    if (token === undefined)
      throw new BrokerError('unauthenticated', {
        detail: 'Send one header "Authorization: Bearer <token>".',
      });
    return await options.verifyToken(token);
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'unauthenticated')
      options.ports.readAudit.countRefusal(request.ip ?? '', error.code);
    throw error;
  }
}

const unknownRoute: RequestHandler = (request, response) => {
  const others = routes.filter((r) =>
    new RegExp(`^${r.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(request.path),
  );
  if (others.length === 0)
    return sendProblem(
      response,
      new BrokerError('not_found', { detail: 'There is no such call. See /docs.' }),
    );
  response.set('Allow', others.map((r) => r.method.toUpperCase()).join(', '));
  sendProblem(
    response,
    new BrokerError('method_not_allowed', { detail: 'This path does not know that method.' }),
  );
};
