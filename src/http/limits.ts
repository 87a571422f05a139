import type { Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { BrokerError } from '../domain/errors.js';
import { MINUTE_MS } from '../domain/time/units.js';
import type { AuditLog } from '../ports/auditTrail.js';
import { auditEvent } from '../usecases/gate/auditEvent.js';
import { contextOf } from './authenticate.js';

const shared = { windowMs: MINUTE_MS, standardHeaders: 'draft-8', legacyHeaders: false } as const;

/**
 * Calls that answer values: per caller and process, whichever of them it makes, so that a stolen token can't empty
 * the store unnoticed. The first refusal of a minute is audited, the others are counted.
 */
export function revealLimit(perMinute: number, auditLog: Trail): RequestHandler {
  const detail = 'Too many reads. Wait a minute, or read many values in one request.';
  return callerLimit({ perMinute, identifier: 'reveals', detail }, auditLog);
}

/** Calls that send a value to an external service: nobody may use the broker to try out passwords or ports. */
export function testLimit(perMinute: number, auditLog: Trail): RequestHandler {
  const detail = 'Too many tests. Wait a minute.';
  return callerLimit({ perMinute, identifier: 'tests', detail }, auditLog);
}

type Trail = Pick<AuditLog, 'countRefusal' | 'record'>;

function callerLimit(
  { perMinute, identifier, detail }: { perMinute: number; identifier: string; detail: string },
  auditLog: Trail,
): RequestHandler {
  return rateLimit({
    ...shared,
    limit: perMinute,
    identifier,
    keyGenerator: (_request, response) => contextOf(response).caller.principal,
    handler: async (request, response, next) => {
      const call = contextOf(response);
      const used = (request as RequestHolding).rateLimit?.used;
      if (used === perMinute + 1) {
        const more = { code: 'rate_limited', details: { limit: identifier, per_minute: perMinute } };
        await auditLog.record([auditEvent(call, 'auth.refused', 'denied', more)]);
      } else auditLog.countRefusal(call.ip, 'rate_limited');
      next(tooMany(response, detail));
    },
  });
}

/** What the library notes on a request. */
type RequestHolding = Request & { rateLimit?: { used: number } };

function tooMany(response: Response, detail: string): BrokerError {
  const left = Number(response.getHeader('Retry-After'));
  const retryAfterSeconds = Number.isFinite(left) && left > 0 ? left : MINUTE_MS / 1000;
  return new BrokerError('rate_limited', { detail, retryAfterSeconds });
}
