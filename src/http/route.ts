import type { Request } from 'express';
import type { z } from 'zod';
import type { CallContext } from '../domain/access/caller.js';
import type { ErrorCode } from '../domain/errors.js';
import type { Page } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import type { TestMode } from '../usecases/testing/testOnSave.js';
import type { EventPlaces } from './eventPlaces.js';
import type { AnswerHeader, HeaderSet, HeaderValues, RequestHeader } from './headers.js';
import { parse } from './parse.js';
import type { Special } from './reply.js';
import type { Site } from './session/site.js';

/** What every handler gets, whatever its input. */
export interface Context {
  ports: Ports;
  call: CallContext;
  /** True once the process ends: long answers stop. */
  stopping(): boolean;
  /** For requests that don't say whether values are proven before they are stored. */
  testOnSave: TestMode;
  /** Counts a test that runs on the way of a save; rejects with `rate_limited` beyond the caller's bound. */
  admitTest(): Promise<void>;
  /** Readers who follow the events at this process. */
  followers: EventPlaces;
  /** What browsers need to know of the address that the request came to. */
  site(): Site;
}

/** A request as it arrived, before a row's schemas read it. */
export interface RawInput {
  params: unknown;
  query: unknown;
  body: unknown;
  /** A request header by its name; undefined when it was not sent. */
  header(name: string): string | undefined;
}

/** What the handler of a row gets: the context, and its input as the row's schemas parsed it. */
export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, H extends HeaderSet>
  extends Context {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  headers: HeaderValues<H>;
}

/** The groups of the documents, with what they are about. */
export const TAGS = {
  Credentials: 'Store, change, rotate, delete and restore credentials.',
  Values: 'Read secrets.',
  Tests: 'Test credentials against the real services.',
  Sharing: 'Grants, offers and preferences.',
  Imports: 'Import a .env file or a legacy Vault layout.',
  Login: 'Log in, get tokens, change passwords.',
  People: 'Users, service accounts, teams and principals.',
  Notifications: 'Notices, and the channels that send them.',
  Reports: 'Health reports and their schedules.',
  Audit: 'The audit trail and its proof.',
  Operations: 'Workers, events, findings and health of the broker.',
} as const;
export type Tag = keyof typeof TAGS;

interface RouteHead {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI's form, `/api/credentials/{id}`. */
  path: string;
  /** Name of the operation, for generated clients. */
  id: string;
  /** The group of the operation in the documents. */
  tag: Tag;
  summary: string;
  description?: string;
  /** Error codes in addition to those that follow from the row, for the document. */
  errors?: readonly ErrorCode[];
  /** `none`: public. `token`: any caller. `password`: also one who must first change their password. */
  auth: 'none' | 'token' | 'password';
  /** True when it answers values: it counts against the caller's bound of reveals, and nobody may cache the answer. */
  reveals?: true;
  /** True when it answers a secret that the broker just made: nobody may cache the answer. */
  answersSecret?: true;
  /** True when a refused session cookie is removed from the browser. */
  endsCookie?: true;
  /** True when each call is a test: it counts against the caller's bound. Saves count by `admitTest`, once a test is certain to run. */
  tests?: true;
  /** True when it tests what is stored: its addresses are not counted. */
  stored?: true;
  /** True when it answers server-sent events, for as long as the caller listens. */
  stream?: true;
  /** Media types of success in addition to JSON; a parameter chooses. */
  alsoAnswers?: readonly string[];
  /** Status of success; 200, or 204 where nothing is answered, if not given. */
  status?: number;
  /** Headers of success. */
  answerHeaders?: readonly AnswerHeader[];
  /** Reads the body where it is no plain JSON: a form of RFC 6749 with the client in a header. */
  form?: (request: Request) => unknown;
}

/** One row of the route table: Express, the lean path, the OpenAPI document and the tests read it. */
export interface Route extends RouteHead {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** What success answers; left out where it answers nothing. */
  answer?: z.ZodType;
  /** Request headers that change what the call does, by the name that the handler uses. */
  headers?: HeaderSet;
  /** Parses the input, then runs the handler. Rejects with `invalid_request` before the handler runs. */
  run(context: Context, raw: RawInput): Promise<unknown>;
}

interface RouteSpec<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
  H extends HeaderSet,
> extends RouteHead {
  params?: P;
  query?: Q;
  body?: B;
  answer?: A;
  headers?: H;
  handle(input: Input<P, Q, B, H>): Promise<z.output<A> | Special<z.output<A>>>;
}

/**
 * A typed row: its handler gets what the schemas of the row parsed, and an answer that does not fit the row's schema
 * does not compile.
 */
export function route<
  P extends z.ZodType = z.ZodVoid,
  Q extends z.ZodType = z.ZodVoid,
  B extends z.ZodType = z.ZodVoid,
  A extends z.ZodType = z.ZodVoid,
  H extends HeaderSet = Record<never, never>,
>({ handle, ...row }: RouteSpec<P, Q, B, A, H>): Route {
  const { params, query, body } = row;
  const headers = Object.entries(row.headers ?? {});
  const run = (context: Context, raw: RawInput) =>
    handle({
      ...context,
      params: read(params, raw.params),
      query: read(query, raw.query),
      body: read(body, raw.body),
      headers: readHeaders(headers, raw) as HeaderValues<H>,
    });
  // The spread keeps only members that are given: an absent schema stays absent.
  return { ...row, run: async (context, raw) => run(context, raw) } as Route;
}

const read = <S extends z.ZodType>(schema: S | undefined, input: unknown): z.output<S> =>
  (schema === undefined ? undefined : parse(schema, input)) as z.output<S>;

function readHeaders(
  headers: readonly (readonly [string, RequestHeader<unknown>])[],
  raw: RawInput,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, header] of headers) values[key] = header.read(raw.header(header.name));
  return values;
}

/** One page as it is answered. */
export const paged = <T, Item>({ items, nextCursor }: Page<T>, present: (item: T) => Item) => ({
  items: items.map(present),
  next_cursor: nextCursor ?? null,
});

/** How a save tests its values. */
export const testsOf = ({ testOnSave, admitTest }: Context) => ({ test: testOnSave, admitTest });

/** `limit` and `cursor` of a query, without an undefined cursor. */
export const pageOf = ({ limit, cursor }: { limit: number; cursor?: string | undefined }) =>
  cursor === undefined ? { limit } : { limit, cursor };
