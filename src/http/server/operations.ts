import type { Express } from 'express';
import { Counter, Histogram, Registry } from 'prom-client';
import type { Ports } from '../../ports/ports.js';
import { docsPage } from '../docs/docsPage.js';
import { openapi } from '../docs/openapi.js';
import type { EventPlaces } from '../eventPlaces.js';
import { credentialMetrics } from '../metrics/credentialMetrics.js';
import { eventMetrics } from '../metrics/eventMetrics.js';
import { jobMetrics, noticeMetrics } from '../metrics/jobMetrics.js';
import { addMetrics } from '../metrics/metric.js';
import { processMetrics } from '../metrics/processMetrics.js';
import type { Route } from '../route.js';
import { addProbes } from './probes.js';
import type { Lifecycle } from './readiness.js';
import { addPage } from './webPage.js';

export interface Metrics {
  registry: Registry;
  requests: Counter<'method' | 'route' | 'status'>;
  seconds: Histogram<'method' | 'route'>;
}

/** Counts by route pattern and status; no id, name or principal is ever a label. */
export function createMetrics(ports: Ports, followers: EventPlaces): Metrics {
  const registry = new Registry();
  const registers = [registry];
  addMetrics(registry, [
    ...processMetrics(ports),
    ...jobMetrics(ports),
    ...noticeMetrics(ports),
    ...eventMetrics(ports, followers),
    ...credentialMetrics(ports),
  ]);
  return {
    registry,
    requests: new Counter({
      name: 'broker_http_requests_total',
      help: 'Answered requests',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'broker_http_request_seconds',
      help: 'Time to answer',
      labelNames: ['method', 'route'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
  };
}

/** Everything in addition to the API: health, metrics, keys, documents. None of it needs a token or shows details. */
export function addOperations(
  app: Express,
  ports: Ports,
  routes: readonly Route[],
  metrics: Metrics,
  life: Lifecycle,
  version: string,
): void {
  addPage(app);
  addProbes(app, ports, life, metrics.registry);
  const document = openapi(routes, version);
  const page = docsPage(document);
  app.get('/openapi.json', (_request, response) => void response.json(document));
  app.get('/docs', (_request, response) => void response.type('html').send(page));
  app.get(
    '/.well-known/jwks.json',
    async (_request, response) => void response.json({ keys: await ports.tokenSigner.publicKeys() }),
  );
}
