import type { Express } from 'express';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Ports } from '../ports.js';
import { docsPage } from './docsPage.js';
import { addEventMetrics } from './eventMetrics.js';
import { addFindingMetrics } from './findingMetrics.js';
import { addHealthMetrics } from './healthMetrics.js';
import { addJobMetrics } from './jobMetrics.js';
import { openapi } from './openapi.js';
import { type Lifecycle, readiness } from './readiness.js';
import type { Route } from './route.js';

export interface Metrics {
  registry: Registry;
  requests: Counter<'method' | 'route' | 'status'>;
  seconds: Histogram<'method' | 'route'>;
}

/** Counts by route pattern and status; no id, name or principal is ever a label. */
export function createMetrics(ports: Ports): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'broker_audit_queue_rows',
    help: 'Audit rows that wait for their flush',
    registers,
    collect() {
      this.set(ports.readAudit.depth());
    },
  });
  new Gauge({
    name: 'broker_vault_token_seconds',
    help: 'Life left of the token for Vault',
    registers,
    collect() {
      this.set(Math.min(ports.storeStatus.tokenSecondsLeft(), 1e9));
    },
  });
  addJobMetrics(registry, ports);
  addEventMetrics(registry, ports);
  addFindingMetrics(registry, ports);
  addHealthMetrics(registry, ports);
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
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

/** Everything beside the API: health, metrics, keys, documents. None of it needs a token, none tells a detail. */
export function addOperations(
  app: Express,
  ports: Ports,
  routes: readonly Route[],
  metrics: Metrics,
  life: Lifecycle,
  version: string,
): void {
  const ready = readiness(ports, life);
  app.get('/', (_request, response) => response.redirect(302, '/docs'));
  app.get('/livez', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const ok = await ready();
    response.status(ok ? 200 : 503).json({ status: ok ? 'ok' : 'unavailable' });
  });
  app.get('/startupz', async (_request, response) => {
    const ok = life.startedOnce || (await ready());
    response.status(ok ? 200 : 503).json({ status: ok ? 'ok' : 'starting' });
  });
  app.get(
    '/metrics',
    async (_request, response) =>
      void response.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  const document = openapi(routes, version);
  const page = docsPage(document);
  app.get('/openapi.json', (_request, response) => void response.json(document));
  app.get('/docs', (_request, response) => void response.type('html').send(page));
  app.get(
    '/.well-known/jwks.json',
    async (_request, response) => void response.json({ keys: await ports.tokenSigner.publicKeys() }),
  );
}
