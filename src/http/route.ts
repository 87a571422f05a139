import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { CallContext } from '../domain/access/caller.js';
import { type FieldProblem, invalid } from '../domain/errors.js';
import { isQuotableField, quotedPath } from '../domain/secrecy/quotable.js';
import type { Ports } from '../ports/ports.js';
import type { TestMode } from '../usecases/testing/testOnSave.js';
import { oddText } from './loneSurrogate.js';

/** What a handler is given: everything checked. */
export interface Context {
  ports: Ports;
  call: CallContext;
  /** True once the process ends: whoever answers for long stops. */
  stopping(): boolean;
  /** For requests that don't say whether values are proven before they are stored. */
  testOnSave: TestMode;
  /** Counts a test that runs on the way of a save; rejects with `rate_limited` beyond the caller's bound. */
  admitTest(): Promise<void>;
  request: Request;
  response: Response;
  /** A path parameter that the route's path names. */
  param(name: string): string;
}

/** One row of the route table: it feeds express, the OpenAPI document and the tests. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI's form, `/api/credentials/{id}`. */
  path: string;
  summary: string;
  /** `none`: public. `token`: any caller. `password`: also one who must first change his password. */
  auth: 'none' | 'token' | 'password';
  /** True when it answers values: it counts against the caller's bound of reveals. */
  reveals?: true;
  /** True when each call is a test: it counts against the caller's bound. Saves count by `admitTest`, once a test is certain to run. */
  tests?: true;
  /** True when it tests what is stored: its addresses are not counted. */
  stored?: true;
  /** True when it heeds `Idempotency-Key`; all others that change something refuse one. */
  repeatable?: true;
  /** True when it answers server-sent events, for as long as the caller listens. */
  stream?: true;
  body?: z.ZodType;
  query?: z.ZodType;
  /** What success answers, for the document; left out where it answers nothing. */
  answer?: z.ZodType;
  /** Media types of success beside JSON, of which a parameter chooses, for the document. */
  alsoAnswers?: readonly string[];
  /** Status of success, for the document. */
  status?: number;
  handle(context: Context): Promise<void>;
}

const MAX_TOLD = 20;
const MAX_FIELD = 200;

/** The validated input, or `invalid_request` that names each field and its rule; never a value. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input ?? {}, { reportInput: true });
  // Behind the schema, which bounds how deep the walk goes.
  if (result.success) {
    const odd = oddText(result.data);
    if (odd === undefined) return result.data;
    throw invalid({ field: odd === '' ? 'body' : odd, rule: 'must be whole Unicode characters' });
  }
  throw invalid(
    ...result.error.issues
      .slice(0, MAX_TOLD)
      .flatMap(meant)
      .flatMap((issue) => {
        const field = quotedPath(issue.path).slice(0, MAX_FIELD);
        if (issue.code === 'unrecognized_keys')
          return issue.keys.slice(0, MAX_TOLD).map((key) => unknownKey(key, field));
        return [{ field: field === '' ? 'body' : field, rule: ruleOf(issue) }];
      }),
  );
}

/** A key that nobody knows, repeated only where it looks like the name of a field: anything may be sent as a key. */
export function unknownKey(key: string, inside = ''): FieldProblem {
  if (!isQuotableField(key))
    return { field: inside === '' ? 'body' : inside, rule: 'has a key that is not a known field' };
  return {
    field: (inside === '' ? key : `${inside}.${key}`).slice(0, MAX_FIELD),
    rule: 'is not a known key',
  };
}

/** Of several allowed shapes the one that has the keys that were sent: what is wrong in it, where there is only one such. */
function meant(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const near = issue.errors.filter((shape) =>
    shape.every((inner) => inner.code !== 'unrecognized_keys' && inner.input !== undefined),
  );
  const [only] = near;
  if (only === undefined || near.length > 1) return [issue];
  return only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is required (${inJson(issue.expected)})`
        : `must be of type ${inJson(issue.expected)}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return bound('at least', issue.origin, Number(issue.minimum));
    case 'too_big':
      return bound('at most', issue.origin, Number(issue.maximum));
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      if (issue.format === 'datetime') return 'must be a moment such as 2027-01-31T00:00:00Z';
      return worded(issue.message);
    case 'invalid_key':
      return worded(issue.issues[0]?.message ?? '');
    case 'invalid_union':
      return issue.message.startsWith('must') ? issue.message : 'fits none of the allowed shapes';
    case 'custom':
      return issue.message;
    default:
      return worded(issue.message);
  }
}

/** The library's name of a type → JSON's. */
const inJson = (type: string) => (type === 'record' ? 'object' : type);

function bound(word: string, origin: string, count: number): string {
  if (origin === 'array') return `must hold ${word} ${count} ${count === 1 ? 'item' : 'items'}`;
  return `must be ${word} ${count}${origin === 'string' ? ' characters' : ''}`;
}

/** Our own words for a rule, or a constant in place of the library's. */
const worded = (message: string) => (message.startsWith('must') ? message : 'has the wrong form');

/** What a save is told of its test. */
export const testsOf = ({ testOnSave, admitTest }: Context) => ({ test: testOnSave, admitTest });

/** Answers JSON that holds no secret. */
export function json(response: Response, body: unknown, status = 200): void {
  response.status(status).json(body);
}

/** Answers JSON with values in it: nobody on the way may keep it. */
export function secretJson(response: Response, body: unknown, status = 200): void {
  response.status(status).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(body);
}

/** `limit` and `cursor` of a query, without an undefined cursor. */
export function pageOf(
  schema: z.ZodType<{ limit: number; cursor?: string | undefined }>,
  query: unknown,
): { limit: number; cursor?: string } {
  const { limit, cursor } = parse(schema, query);
  return cursor === undefined ? { limit } : { limit, cursor };
}
