import { z } from 'zod';
import type { Route } from '../route.js';

/** OpenAPI 3.1 from the route table and the very schemas that validate. */
export function openapi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method] = operation(route);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Glassdome Credential Broker',
      version,
      description: 'Secrets in HashiCorp Vault, one audited call away.',
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    request_id: { type: 'string' },
    fields: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, rule: { type: 'string' } } },
    },
  },
};

/** OpenAPI 3.1 names the dialect once for all. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function operation(route: Route): Record<string, unknown> {
  const content = route.body === undefined ? undefined : { schema: schemaOf(route.body) };
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((m) => ({
    name: m[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    summary: route.summary,
    operationId: `${route.method}_${route.path.replace(/[^a-z_]+/g, '_').replace(/^_|_$/g, '')}`,
    ...(route.auth === 'none' ? { security: [] } : {}),
    parameters: [...inPath, ...queryParameters(route), ...headerParameters(route)],
    ...(content === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': content, ...asForm(route, content) },
          },
        }),
    responses: { [String(route.status ?? 200)]: success(route), default: PROBLEM_ANSWER },
  };
}

const PROBLEM_ANSWER = {
  description: 'What went wrong',
  headers: {
    'Retry-After': { description: 'Seconds to wait, with 429 and 503', schema: { type: 'integer' } },
  },
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function success(route: Route): Record<string, unknown> {
  const description = route.answer === undefined ? 'Done' : 'Success';
  if (route.stream === true)
    return { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } };
  const headers = Object.fromEntries(
    answerHeaders(route).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
  );
  return {
    description,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(route.answer === undefined
      ? {}
      : { content: { 'application/json': { schema: schemaOf(route.answer, 'output') }, ...asTexts(route) } }),
  };
}

const asTexts = ({ alsoAnswers = [] }: Route) =>
  Object.fromEntries(alsoAnswers.map((type) => [type, { schema: { type: 'string' } }]));

const isOne = (route: Route) => route.path === '/api/credentials/{id}';
const isSecret = (route: Route) => route.path.endsWith('/secret');

function answerHeaders(route: Route): [string, string][] {
  const headers = (route.answerHeaders ?? []).map((h): [string, string] => [h.name, h.description]);
  if (isOne(route) && route.method !== 'delete') headers.push(['ETag', 'The revision, as "3"; for If-Match']);
  if (route.reveals && !isSecret(route))
    headers.push(['RateLimit', 'What is left of the bound of reveals, as of draft 8']);
  return headers;
}

/** Calls by which an admin could open credentials of other owners to themselves. */
const OPENS = new Set([
  'put /api/credentials/{id}/grants',
  'put /api/teams/{name}/members',
  'post /api/teams/{name}/members',
  'post /api/users/{username}/reset-password',
  'post /api/service-accounts/{id}/reset-secret',
]);

function headerParameters(route: Route): unknown[] {
  const headers: [string, string][] = Object.values(route.headers ?? {}).map((h) => [h.name, h.description]);
  if (isOne(route) && route.method !== 'get')
    headers.push(['If-Match', 'The revision that was read; another one now is a 412']);
  if (OPENS.has(`${route.method} ${route.path}`))
    headers.push(['X-Break-Glass-Reason', 'Reason for opening a credential of another owner, as an admin']);
  if (route.reveals && !isSecret(route))
    headers.push(['X-Used-By', 'The agent or deployment that the value is for']);
  return headers.map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

/** RFC 6749 asks for a form; JSON is taken as well. */
const asForm = (route: Route, content: object) =>
  route.path === '/api/auth/token' ? { 'application/x-www-form-urlencoded': content } : {};

function queryParameters(route: Route): unknown[] {
  if (route.query === undefined) return [];
  const { properties } = schemaOf(route.query) as { properties?: Record<string, unknown> };
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
}
