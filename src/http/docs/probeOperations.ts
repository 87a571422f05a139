import type { z } from 'zod';
import { jwksAnswer, liveAnswer, readyAnswer, startedAnswer } from '../../api/probes.js';
import type { Components, Json } from './components.js';
import { exampleOf } from './examples.js';

interface Probe {
  path: string;
  id: string;
  summary: string;
  answer?: z.ZodType;
  /** In place of JSON. */
  type?: string;
  /** It answers 503 with the same form. */
  mayFail?: true;
}

/** What `addProbes` and `addOperations` serve outside `/api`, without a token. */
const PROBES: readonly Probe[] = [
  { path: '/livez', id: 'getLiveness', summary: 'Check that the process runs', answer: liveAnswer },
  {
    path: '/readyz',
    id: 'getReadiness',
    summary: 'Check that the process can answer a read now',
    answer: readyAnswer,
    mayFail: true,
  },
  {
    path: '/startupz',
    id: 'getStartup',
    summary: 'Check that the process was ready once',
    answer: startedAnswer,
    mayFail: true,
  },
  { path: '/metrics', id: 'getMetrics', summary: 'Get metrics for Prometheus', type: 'text/plain' },
  {
    path: '/.well-known/jwks.json',
    id: 'getJwks',
    summary: 'Get the public keys that verify tokens of this broker',
    answer: jwksAnswer,
  },
  { path: '/openapi.json', id: 'getOpenapi', summary: 'Get this document', type: 'application/json' },
  { path: '/docs', id: 'getDocs', summary: 'Show this document as a page', type: 'text/html' },
];

export function probePaths(components: Components): Record<string, Json> {
  return Object.fromEntries(PROBES.map((probe) => [probe.path, { get: operation(probe, components) }]));
}

function operation({ id, summary, answer, type, mayFail }: Probe, components: Components): Json {
  const content = answer === undefined ? texts(type ?? '') : jsonOf(answer, components);
  return {
    operationId: id,
    tags: ['Operations'],
    summary,
    security: [],
    parameters: [],
    responses: {
      '200': { description: 'Success.', content },
      ...(mayFail && { '503': { description: 'Not now: `status` says why.', content } }),
      '4XX': { description: 'The request is not valid.' },
    },
  };
}

const texts = (type: string): Json => ({
  [type]: { schema: { type: type === 'application/json' ? 'object' : 'string' } },
});

function jsonOf(answer: z.ZodType, components: Components): Json {
  const schema = components.of(answer, 'output');
  return { 'application/json': { schema, example: exampleOf(components, schema) } };
}
