import { type AnswerHeader, ifNoneMatch, type RequestHeader } from '../headers.js';
import { type Route, TAGS } from '../route.js';
import { statusOf } from '../sendReply.js';
import { Components, type Json } from './components.js';
import { errorResponses } from './errorResponses.js';
import { exampleOf } from './examples.js';
import { probePaths } from './probeOperations.js';

/** Components of one document while it is built. */
interface Building {
  components: Components;
  responses: Record<string, Json>;
}

/** OpenAPI 3.1 from the route table and the very schemas that validate. */
export function openapi(routes: readonly Route[], version: string): Record<string, unknown> {
  const building: Building = { components: new Components(), responses: {} };
  const paths: Record<string, Json> = {};
  for (const row of routes) paths[row.path] = { ...paths[row.path], [row.method]: operation(row, building) };
  Object.assign(paths, probePaths(building.components));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Glassdome Credential Broker',
      version,
      description:
        'Secrets in HashiCorp Vault, one audited call away. Send `Authorization: Bearer <token>` and JSON. ' +
        'Errors are problem documents (RFC 9457) with a stable `code`.',
      license: { name: 'Unlicensed', identifier: 'LicenseRef-UNLICENSED' },
    },
    servers: [{ url: '/', description: 'This broker.' }],
    security: [{ bearer: [] }, { session: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: SECURITY,
      responses: sorted(building.responses),
      schemas: sorted(building.components.schemas),
    },
  };
}

const SECURITY = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of `POST /api/auth/login` or `POST /api/auth/token`, or of another trusted issuer.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-glassdome_session',
    description:
      'The login of a browser (`POST /api/auth/session`). It counts only for requests of the same origin with `X-Client: web`.',
  },
  client: {
    type: 'http',
    scheme: 'basic',
    description: 'Client ID and secret of a service account (RFC 6749). Only for `POST /api/auth/token`.',
  },
};

const sorted = (map: Record<string, Json>) =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

function operation(row: Route, building: Building): Json {
  const { components, responses } = building;
  return {
    operationId: row.id,
    tags: [row.tag],
    summary: row.summary,
    ...(row.description !== undefined && { description: row.description }),
    ...(row.auth === 'none' && { security: row.form === undefined ? [] : [{}, { client: [] }] }),
    parameters: [
      ...parameters(row, 'path', components),
      ...parameters(row, 'query', components),
      ...Object.values(row.headers ?? {}).map(headerParameter),
    ],
    ...(row.body !== undefined && { requestBody: requestBody(row, components) }),
    responses: {
      [String(statusOf(row))]: success(row, components),
      ...(Object.values(row.headers ?? {}).includes(ifNoneMatch) && { '304': NOT_MODIFIED }),
      ...errorResponses(row, components, responses),
    },
  };
}

function requestBody(row: Route, components: Components): Json {
  const schema = row.body && components.of(row.body, 'input');
  const content = schema && { schema, example: exampleOf(components, schema) };
  return {
    required: true,
    content: {
      'application/json': content,
      // RFC 6749 asks for a form; JSON is taken as well.
      ...(row.form !== undefined && { 'application/x-www-form-urlencoded': content }),
    },
  };
}

function success(row: Route, components: Components): Json {
  if (row.stream === true)
    return {
      description: 'Events, for as long as you listen.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example: EVENTS } },
    };
  const headers = (row.answerHeaders ?? []).map((header) => [header.name, answerHeader(header)]);
  const schema = row.answer && components.of(row.answer, 'output');
  return {
    description:
      statusOf(row) >= 300
        ? 'The browser goes on elsewhere.'
        : row.answer === undefined
          ? 'Done.'
          : 'Success.',
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(schema !== undefined && {
      content: {
        'application/json': { schema, example: exampleOf(components, schema) },
        ...Object.fromEntries((row.alsoAnswers ?? []).map((type) => [type, { schema: { type: 'string' } }])),
      },
    }),
  };
}

const NOT_MODIFIED = { description: 'You already have the active version.' };

const EVENTS =
  'id: 4711\nevent: credential.updated\ndata: {"at":"2027-01-31T08:30:00.000Z","credential":{"id":"0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10"}}\n\n';

const answerHeader = ({ description, example }: AnswerHeader): Json => ({
  description,
  schema: { type: 'string' },
  example,
});

const headerParameter = ({ name, description, example }: RequestHeader<unknown>): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
  example,
});

/** The members of the schema of a row's path or query, as parameters. */
function parameters(row: Route, place: 'path' | 'query', components: Components): Json[] {
  const schema = place === 'path' ? row.params : row.query;
  if (schema === undefined) return [];
  const members = components.of(schema, 'input')['properties'] as Record<string, Json>;
  return Object.entries(members).map(([name, { description, examples, ...member }]) => ({
    name,
    in: place,
    required: place === 'path',
    description,
    schema: member,
    ...(Array.isArray(examples) && { example: examples[0] }),
  }));
}
