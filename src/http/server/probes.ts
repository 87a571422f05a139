import type { Express } from 'express';
import type { Registry } from 'prom-client';
import { type Lifecycle, type ReadinessPorts, readiness } from './readiness.js';

/** How a process is, for the people who run it. None of it needs a token; no address and no secret is in it. */
export function addProbes(app: Express, ports: ReadinessPorts, life: Lifecycle, registry: Registry): void {
  const ready = readiness(ports, life);
  app.get('/livez', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const { ok, parts } = await ready();
    const status = life.stopping ? 'stopping' : ok ? 'ok' : 'unavailable';
    response.status(ok ? 200 : 503).json({ status, ...parts });
  });
  app.get('/startupz', async (_request, response) => {
    const ok = life.startedOnce || (await ready()).ok;
    response.status(ok ? 200 : 503).json({ status: ok ? 'ok' : 'starting' });
  });
  app.get(
    '/metrics',
    async (_request, response) => void response.type(registry.contentType).send(await registry.metrics()),
  );
}
