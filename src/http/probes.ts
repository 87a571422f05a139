import type { Express } from 'express';
import type { Registry } from 'prom-client';
import { type Lifecycle, type ReadinessPorts, readiness } from './readiness.js';

/** How a process is, for whoever runs it. None of it needs a token, none tells a detail. */
export function addProbes(app: Express, ports: ReadinessPorts, life: Lifecycle, registry: Registry): void {
  const ready = readiness(ports, life);
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
    async (_request, response) => void response.type(registry.contentType).send(await registry.metrics()),
  );
}
