import type { RequestListener } from 'node:http';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { CallContext, Caller } from '../domain/access/caller.js';
import { BrokerError, invalid } from '../domain/errors.js';
import { AddressBudget } from '../domain/limits/addressBudget.js';
import { isQuotableField } from '../domain/secrecy/quotable.js';
import type { Ports } from '../ports/ports.js';
import type { TestMode } from '../usecases/testing/testOnSave.js';
import { contextOf, identify } from './authenticate.js';
import { cors } from './cors.js';
import { EventPlaces } from './eventPlaces.js';
import { idempotencyKey } from './headers.js';
import { revealLimit, testLimit } from './limits.js';
import { countedOutbound } from './metrics/countedOutbound.js';
import { unknownKey } from './parse.js';
import { errorHandler, sendProblem } from './problem.js';
import type { Context, Route } from './route.js';
import { auditRoutes } from './routes/auditRoutes.js';
import { authRoutes } from './routes/authRoutes.js';
import { channelRoutes } from './routes/channelRoutes.js';
import { credentialPartRoutes } from './routes/credentialPartRoutes.js';
import { credentialRoutes } from './routes/credentialRoutes.js';
import { eventRoutes } from './routes/eventRoutes.js';
import { findingRoutes } from './routes/findingRoutes.js';
import { importRoutes } from './routes/importRoutes.js';
import { bulkRoutes } from './routes/lists/bulkRoutes.js';
import { listRoutes } from './routes/lists/listRoutes.js';
import { noticeRoutes } from './routes/noticeRoutes.js';
import { offerRoutes } from './routes/offerRoutes.js';
import { oidcRoutes } from './routes/oidcRoutes.js';
import { peopleRoutes } from './routes/peopleRoutes.js';
import { principalRoutes } from './routes/principalRoutes.js';
import { reportRoutes } from './routes/reportRoutes.js';
import { reportScheduleRoutes } from './routes/reportScheduleRoutes.js';
import { sessionRoutes } from './routes/sessionRoutes.js';
import { teamRoutes } from './routes/teamRoutes.js';
import { testRoutes } from './routes/testRoutes.js';
import { valueRoutes } from './routes/valueRoutes.js';
import { workerRoutes } from './routes/workerRoutes.js';
import { sendReply } from './sendReply.js';
import { bareApp, leanHeaders, requestId } from './server/bareApp.js';
import { leanBody, leanPath } from './server/leanPath.js';
import { observe } from './server/observe.js';
import { addOperations, createMetrics } from './server/operations.js';
import type { Lifecycle } from './server/readiness.js';
import { cookieCallers } from './session/cookieCallers.js';
import { Site } from './session/site.js';
import { tokenErrors } from './tokenRequest.js';

export interface AppOptions {
  ports: Ports;
  verifyToken: (token: string) => Promise<Caller>;
  life: Lifecycle;
  version: string;
  trustedProxyHops: number;
  /** Calls for values that one caller may make in a minute; 0, or left out, sets no bound. */
  revealsPerMinute?: number;
  /** Tests that one caller may start in a minute; 0, or left out, sets no bound. */
  testsPerMinute?: number;
  /** Different addresses that one caller may contact in an hour with what is not stored; 0, or left out, sets no bound. */
  testedAddressesPerHour?: number;
  /** For requests that don't say whether values are proven before they are stored; left out: `skip`. */
  testOnSave?: TestMode;
  /** Whose pages may read what the API answers; none when left out. */
  corsOrigins?: readonly string[];
  /** The origin that people open the broker at, where it is not that of each request. */
  publicOrigin?: string | undefined;
}

/** The whole API. A route that is not in here does not exist. */
export const routes: readonly Route[] = [
  ...testRoutes,
  ...valueRoutes,
  ...listRoutes,
  ...bulkRoutes,
  ...credentialRoutes,
  ...credentialPartRoutes,
  ...importRoutes,
  ...authRoutes,
  ...sessionRoutes,
  ...oidcRoutes,
  ...peopleRoutes,
  ...auditRoutes,
  ...teamRoutes,
  ...principalRoutes,
  ...workerRoutes,
  ...eventRoutes,
  ...channelRoutes,
  ...noticeRoutes,
  ...offerRoutes,
  ...reportScheduleRoutes,
  ...reportRoutes,
  ...findingRoutes,
];

export function createApp(options: AppOptions): RequestListener {
  const { ports, life, trustedProxyHops } = options;
  const app = bareApp(life).set('trust proxy', trustedProxyHops);
  const followers = new EventPlaces();
  const metrics = createMetrics(ports, followers);
  const { corsOrigins = [] } = options;
  if (corsOrigins.length > 0) app.use('/api', cors(corsOrigins));
  addOperations(app, ports, routes, metrics, life, options.version);
  app.use('/api/imports', express.json({ limit: '512kb', type: ['application/json'], reviver: refuseProto }));
  const credentialBody = express.json({ limit: '256kb', type: ['application/json'], reviver: refuseProto });
  app.use('/api/credentials', credentialBody);
  app.use('/api', express.json({ limit: '64kb', type: ['application/json'], reviver: refuseProto }));
  // RFC 6749 asks for forms here; of any other call the whole JSON of a forgotten content type would become a key.
  app.use('/api/auth/token', express.urlencoded({ extended: false, limit: '8kb' }));
  const identity = {
    verifyToken: options.verifyToken,
    auditLog: ports.auditLog,
    addresses: ports.addresses,
    cookies: cookieCallers(ports, options.verifyToken),
    publicOrigin: options.publicOrigin,
  };
  const { revealsPerMinute = 0, testsPerMinute = 0 } = options;
  const reveals = revealsPerMinute === 0 ? [] : [revealLimit(revealsPerMinute, ports.auditLog)];
  const tests = testsPerMinute === 0 ? [] : [testLimit(testsPerMinute, ports.auditLog)];
  const addresses = new AddressBudget(options.testedAddressesPerHour ?? 0);
  const bounds = { tests, addresses, followers };
  const rows = asked(routes).map((route) => {
    const after = route.reveals === true ? reveals : route.tests === true ? tests : [];
    const own = [identify(identity, route), ...after, handlerOf(options, route, bounds)];
    return { route, handlers: [observe(metrics, route, ports.log), ...own] };
  });
  for (const { route, handlers } of rows)
    app[route.method](route.path.replace(/\{(\w+)\}/g, ':$1'), ...handlers);
  app.use(unknownRoute);
  app.use('/api/auth/token', tokenErrors);
  app.use(errorHandler(ports.log));
  const first = [...(corsOrigins.length > 0 ? [cors(corsOrigins)] : []), requestId(life), leanHeaders];
  const lean = rows
    .filter(({ route }) => route.reveals)
    .map(({ route, handlers }) => {
      const body = route.body === undefined ? [] : [leanBody(credentialBody)];
      return { route, handlers: [...first, ...body, ...handlers] };
    });
  return leanPath({ rows: lean, onError: errorHandler(ports.log), trustedProxyHops, otherwise: app });
}

/** As they are looked through for each request: those that services read values by come first. */
function asked(all: readonly Route[]): Route[] {
  return [...all].sort((a, b) => Number(b.reveals ?? false) - Number(a.reveals ?? false));
}

/** A member of this name would be dropped silently on the way through the schemas. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('reserved name');
  return value;
}

interface Bounds {
  tests: readonly RequestHandler[];
  addresses: AddressBudget;
  followers: EventPlaces;
}

function handlerOf(
  options: AppOptions,
  route: Route,
  { tests, addresses, followers }: Bounds,
): RequestHandler {
  return async (request, response) => {
    refuseUnasked(route, request);
    const call = contextOf(response);
    const context: Context = {
      ports: route.stored === true ? options.ports : countingPorts(options.ports, call, addresses),
      call,
      stopping: () => options.life.stopping,
      testOnSave: options.testOnSave ?? 'skip',
      admitTest: () => pass(tests, request, response),
      followers,
      site: () => new Site(request, options.publicOrigin),
    };
    const { params, query } = request;
    const body: unknown = route.form === undefined ? request.body : route.form(request);
    const raw = { params, query, body, header: (name: string) => request.get(name) };
    await sendReply(route, response, await route.run(context, raw));
  };
}

/** What is stored has an owner and a history; everything else that is tested could look through a network. */
function countingPorts(ports: Ports, { caller }: CallContext, addresses: AddressBudget): Ports {
  return { ...ports, outbound: countedOutbound(ports, addresses, caller.principal) };
}

/** Resolves when each lets the request by; rejects with what one of them says of it. */
async function pass(all: readonly RequestHandler[], request: Request, response: Response): Promise<void> {
  for (const one of all)
    await new Promise<void>((resolve, reject) => {
      one(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    });
}

const isRepeatable = ({ headers = {} }: Route) => Object.values(headers).includes(idempotencyKey);

/** An endpoint that takes no query or no body refuses one, so that no client assumes that it had an effect. */
function refuseUnasked(route: Route, request: Request): void {
  if (route.method !== 'get' && !isRepeatable(route) && request.get('idempotency-key') !== undefined)
    throw invalid({
      field: 'Idempotency-Key',
      rule: 'is not supported by this endpoint; check the result before you repeat the request, or omit the header',
    });
  const inQuery = route.query === undefined ? Object.keys(request.query)[0] : undefined;
  if (inQuery !== undefined) {
    throw new BrokerError('invalid_request', {
      detail: isQuotableField(inQuery)
        ? `This endpoint does not support the query parameter "${inQuery}".`
        : 'This endpoint does not support query parameters.',
    });
  }
  const unread = request.body === undefined && Number(request.get('content-length') ?? 0) > 0;
  if (unread || (request.body === undefined && request.get('transfer-encoding') !== undefined)) {
    throw new BrokerError('unsupported_media_type', {
      detail: 'Send the body as JSON, with content-type: application/json.',
    });
  }
  const inBody = route.body === undefined ? Object.keys((request.body as object | undefined) ?? {}) : [];
  if (inBody.length > 0) throw invalid(...inBody.slice(0, 20).map((key) => unknownKey(key)));
}

const unknownRoute: RequestHandler = (request, response) => {
  const others = routes.filter((r) =>
    new RegExp(`^${r.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(request.path),
  );
  if (others.length === 0)
    return sendProblem(
      response,
      new BrokerError('not_found', { detail: 'There is no such endpoint. See /docs.' }),
    );
  response.set('Allow', others.map((r) => r.method.toUpperCase()).join(', '));
  sendProblem(
    response,
    new BrokerError('method_not_allowed', {
      detail: 'Method not allowed. The Allow header lists the supported methods.',
    }),
  );
};
