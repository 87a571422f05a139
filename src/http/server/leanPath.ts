import type { IncomingMessage, RequestListener } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Route } from '../route.js';
import { LeanRequest } from './leanRequest.js';
import { LeanResponse } from './leanResponse.js';

/** A row of the route table with what runs for it, in order: the same handlers that Express runs. */
export interface LeanRow {
  route: Route;
  handlers: readonly RequestHandler[];
}

export interface LeanOptions {
  rows: readonly LeanRow[];
  onError: ErrorRequestHandler;
  trustedProxyHops: number;
  /** Takes everything else, and whatever is unusual. */
  otherwise: RequestListener;
}

interface Match {
  row: LeanRow;
  params: Record<string, string>;
}

/**
 * Serves some rows of the route table without Express around them, which costs more than all that they do. Decides by
 * method and path alone and takes plain requests only, so that nothing is ever answered in another way than by Express.
 */
export function leanPath(options: LeanOptions): RequestListener {
  const find = finder(options.rows);
  return (raw, rawResponse) => {
    const found = isPlain(raw) ? find(raw.method ?? '', raw.url ?? '') : undefined;
    if (found === undefined) return options.otherwise(raw, rawResponse);
    const request = new LeanRequest(raw, found.params, options.trustedProxyHops);
    runAll(options, found.row.handlers, request, new LeanResponse(rawResponse));
  };
}

/** One after the other, each when the one before calls `next`; as Express does it. */
function runAll(
  { onError }: LeanOptions,
  handlers: readonly RequestHandler[],
  lean: LeanRequest,
  leanResponse: LeanResponse,
): void {
  // They have what the handlers of these rows use.
  const request = lean as unknown as Request;
  const response = leanResponse as unknown as Response;
  const fail = (error: unknown): void => void onError(error, request, response, () => lean.raw.destroy());
  const step = (index: number): void => {
    try {
      const next = (error?: unknown): void => (error === undefined ? step(index + 1) : fail(error));
      const done: unknown = handlers[index]?.(request, response, next);
      if (done instanceof Promise) done.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
  step(0);
}

const PLAIN_HEADERS = [
  ['if-none-match', /^"v\d{1,9}"$/],
  ['x-forwarded-for', /^[0-9A-Fa-f:., ]*$/],
] as const;

/** What a service sends. Anything else is left to Express: a cookie, a body that nobody asked for, conditions beyond our own form. */
function isPlain({ method, headers }: IncomingMessage): boolean {
  for (const [name, form] of PLAIN_HEADERS) {
    const value = headers[name];
    if (value !== undefined && !form.test(String(value))) return false;
  }
  if (headers.cookie !== undefined && headers.authorization === undefined) return false;
  if (method === 'POST') return headers['content-encoding'] === undefined;
  const length = headers['content-length'];
  // Express's reader refuses some types of an empty body, too.
  const isEmpty = length === '0' && headers['content-type'] === undefined;
  return headers['transfer-encoding'] === undefined && (length === undefined || isEmpty);
}

/** The row for a method and path; parameters are plain characters only, so that nothing has to be decoded. */
function finder(rows: readonly LeanRow[]): (method: string, url: string) => Match | undefined {
  const known = rows.map((row) => {
    const { method, path, query } = row.route;
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
    const pattern = `^${path.replace(/\{\w+\}/g, '([A-Za-z0-9-]+)')}${query === undefined ? '' : '(?:\\?[^#]*)?'}$`;
    return { row, method: method.toUpperCase(), names, pattern: new RegExp(pattern) };
  });
  return (method, url) => {
    for (const { row, method: its, names, pattern } of known) {
      const match = its === method ? pattern.exec(url) : null;
      if (match !== null)
        return {
          row,
          params: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ''])),
        };
    }
    return undefined;
  };
}

/** A handler of Express's own kind that reads the body, for lean requests. */
export function leanBody(reader: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { raw } = request as unknown as LeanRequest;
    const { raw: rawResponse } = response as unknown as LeanResponse;
    reader(raw as Request, rawResponse as Response, (error?: unknown) => {
      request.body = (raw as Request).body;
      next(error);
    });
  };
}
