import type { Request, RequestHandler, Response } from 'express';
import { BAD_TOKEN, type CallContext, type Caller } from '../domain/access/caller.js';
import { BrokerError } from '../domain/errors.js';
import type { AuditLog } from '../ports/auditTrail.js';
import type { Addresses } from '../ports/notices.js';
import { refuse } from '../usecases/gate/refuse.js';
import { breakGlassReason, usedBy as usedByHeader } from './headers.js';
import type { Route } from './route.js';
import type { CookieCallers } from './session/cookieCallers.js';
import { Site } from './session/site.js';

export interface Identity {
  verifyToken: (token: string) => Promise<Caller>;
  auditLog: Pick<AuditLog, 'countRefusal' | 'record'>;
  addresses: Addresses;
  /** How a browser's session cookie is taken; left out, none is. */
  cookies?: CookieCallers;
  /** The origin that people open the broker at. */
  publicOrigin?: string | undefined;
}

const ANONYMOUS: Caller = {
  kind: 'user',
  principal: 'anonymous',
  name: 'anonymous',
  role: 'observer',
  mustChangePassword: false,
};

/** Identifies the caller, before anything else of the route runs; `contextOf` gives it to later handlers. */
export function identify(identity: Identity, route: Pick<Route, 'auth' | 'endsCookie'>): RequestHandler {
  return async (request, response, next) => {
    const caller = route.auth === 'none' ? ANONYMOUS : await callerOf(identity, route, request, response);
    identity.addresses.seen(caller);
    const usedBy = usedByHeader.read(request.get('x-used-by'));
    const reason = breakGlassReason.read(request.get('x-break-glass-reason'));
    const call: CallContext = {
      caller,
      requestId: response.locals['requestId'] as string,
      ip: request.ip ?? '',
      ...(usedBy === undefined ? {} : { usedBy }),
      ...(reason === undefined ? {} : { breakGlassReason: reason }),
    };
    if (caller.mustChangePassword && route.auth === 'token') await refuseOneTime(identity, call);
    response.locals['call'] = call;
    next();
  };
}

/** Rejects: a one-time password is good for setting another one. */
function refuseOneTime({ auditLog }: Identity, call: CallContext): Promise<never> {
  const detail = 'Set a new password first: POST /api/auth/password.';
  const error = new BrokerError('password_change_required', { detail });
  return refuse({ auditLog }, call, { action: 'auth.refused' }, error);
}

/** The call that `identify` found. */
export function contextOf(response: Response): CallContext {
  return response.locals['call'] as CallContext;
}

const NO_TOKEN = 'Send one header "Authorization: Bearer <token>".';

/** By the header `Authorization` where there is one; only without it a cookie may count. */
async function callerOf(
  identity: Identity,
  route: Pick<Route, 'endsCookie'>,
  request: Request,
  response: Response,
): Promise<Caller> {
  const { cookies, publicOrigin } = identity;
  const { authorization, cookie } = request.headers;
  if (cookies === undefined || authorization !== undefined || cookie === undefined)
    return authenticate(identity, request);
  const site = new Site(request, publicOrigin);
  const from = { ip: request.ip ?? '', requestId: response.locals['requestId'] as string };
  const caller = await cookies(site, from).catch((error: unknown) => {
    if (route.endsCookie === true && error instanceof BrokerError && error.code === 'unauthenticated')
      response.set('Set-Cookie', site.endSession());
    throw error;
  });
  if (caller === undefined) return authenticate(identity, request);
  // Caches know that an answer to a header of authorization is not for others; of a cookie they know nothing.
  response.set('Cache-Control', 'no-store');
  return caller;
}

const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i;

/** How often a header was sent; Node's own object of headers keeps only the first of this one. */
function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const each = rawHeaders[n] ?? '';
    if (each.length === name.length && each.toLowerCase() === name) count += 1;
  }
  return count;
}

async function authenticate({ verifyToken, auditLog }: Identity, request: Request): Promise<Caller> {
  const isOne = countOf(request.rawHeaders, 'authorization') === 1;
  const token = isOne ? BEARER.exec(request.headers.authorization ?? '')?.[1] : undefined;
  try {
    if (token === undefined)
      throw new BrokerError('unauthenticated', { detail: isOne ? BAD_TOKEN : NO_TOKEN });
    return await verifyToken(token);
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'unauthenticated')
      auditLog.countRefusal(request.ip ?? '', error.code);
    throw error;
  }
}
