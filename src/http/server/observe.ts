import type { RequestHandler } from 'express';
import type { Log } from '../../ports/runtime.js';
import type { Route } from '../route.js';
import type { Metrics } from './operations.js';

/** Those that authenticated nobody are counted instead (audit lane of refusals): a flood must not fill the log. */
const COUNTED = new Set([401, 429]);

/**
 * Times a call, counts it, and logs it by route, never by path or query. Reads that succeed stand in the audit trail,
 * each with its request id, and not in the log as well.
 */
export function observe(metrics: Metrics, route: Route, log: Log): RequestHandler {
  const reads = route.method === 'get' || route.reveals === true || route.auth === 'none';
  return (_request, response, next) => {
    const end = metrics.seconds.startTimer({ method: route.method, route: route.path });
    response.once('finish', () => {
      const seconds = end();
      const { statusCode: status } = response;
      metrics.requests.inc({ method: route.method, route: route.path, status });
      // What failed on our side is logged where it is known why.
      if ((reads && status < 400) || status >= 500 || COUNTED.has(status)) return;
      log.info('request', {
        request_id: response.locals['requestId'] as string,
        method: route.method,
        route: route.path,
        status,
        ms: Math.round(seconds * 1000),
      });
    });
    next();
  };
}
