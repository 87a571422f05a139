import type { Express } from 'express';
import { Registry } from 'prom-client';
import { BrokerError } from '../../domain/errors.js';
import type { WorkerPorts } from '../../ports/ports.js';
import { addMetrics } from '../metrics/metric.js';
import { processMetrics } from '../metrics/processMetrics.js';
import { errorHandler, sendProblem } from '../problem.js';
import { bareApp } from './bareApp.js';
import { addProbes } from './probes.js';
import type { Lifecycle } from './readiness.js';

/** Of a process that is only a worker: its state, and nothing else. The API shows the queue. */
export function createWorkerApp(ports: WorkerPorts, life: Lifecycle): Express {
  const app = bareApp(life);
  const registry = new Registry();
  addMetrics(registry, processMetrics(ports));
  addProbes(app, ports, life, registry);
  app.use((_request, response) =>
    sendProblem(response, new BrokerError('not_found', { detail: 'A worker has no such endpoint.' })),
  );
  app.use(errorHandler(ports.log));
  return app;
}
