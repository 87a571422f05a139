import type { RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { BrokerError } from '../domain/errors.js';
import type { ReadAudit } from '../ports/auditTrail.js';
import { calledBy } from './callOf.js';
import { sendProblem } from './problem.js';

const MINUTE_MS = 60_000;
const shared = { windowMs: MINUTE_MS, standardHeaders: 'draft-8', legacyHeaders: false } as const;

/** Logins and token requests: per address, before anything costly happens. */
export function loginLimit(): RequestHandler {
  return rateLimit({
    ...shared,
    limit: 60,
    handler: (_request, response) =>
      sendTooMany(response, 'Too many logins from this address. Wait a minute.'),
  });
}

/**
 * Calls that answer values: per caller and process, whichever of them it makes, so that a stolen token can't empty
 * the store unnoticed. Refusals are counted beside the audit trail.
 */
export function revealLimit(perMinute: number, readAudit: Counter): RequestHandler {
  const detail = 'You have read values too often. Wait a minute, or ask for many in one call.';
  return callerLimit({ perMinute, identifier: 'reveals', detail }, readAudit);
}

/** Calls that send a value to an external service: nobody may use the broker to try out passwords or ports. */
export function testLimit(perMinute: number, readAudit: Counter): RequestHandler {
  const detail = 'You have tested too often. Wait a minute.';
  return callerLimit({ perMinute, identifier: 'tests', detail }, readAudit);
}

type Counter = Pick<ReadAudit, 'countRefusal'>;

function callerLimit(
  { perMinute, identifier, detail }: { perMinute: number; identifier: string; detail: string },
  readAudit: Counter,
): RequestHandler {
  return rateLimit({
    ...shared,
    limit: perMinute,
    identifier,
    keyGenerator: (_request, response) => calledBy(response).caller.principal,
    handler: (request, response) => {
      readAudit.countRefusal(request.ip ?? '', 'rate_limited');
      sendTooMany(response, detail);
    },
  });
}

function sendTooMany(response: Response, detail: string): void {
  const left = Number(response.getHeader('Retry-After'));
  const retryAfterSeconds = Number.isFinite(left) && left > 0 ? left : MINUTE_MS / 1000;
  sendProblem(response, new BrokerError('rate_limited', { detail, retryAfterSeconds }));
}
