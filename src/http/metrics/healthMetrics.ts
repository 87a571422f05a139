import { Counter, Gauge, type Registry } from 'prom-client';
import { HEALTHS } from '../../domain/credentials/credential.js';
import { TEST_CODES } from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import { cachedLook } from './cachedLook.js';

/** All credentials are counted for it. */
const FRESH_MS = 15_000;

/** Health of the credentials from Postgres, whichever processes tested them. */
export function addHealthMetrics(registry: Registry, ports: Pick<Ports, 'clock' | 'records' | 'log'>): void {
  const registers = [registry];
  const look = { freshMs: FRESH_MS, failed: 'metrics.health_unknown' };
  const totals = cachedLook(ports, look, () => ports.records.healthTotals());
  new Gauge({
    name: 'broker_credentials',
    help: 'Active credentials by health',
    labelNames: ['health'],
    registers,
    async collect() {
      this.reset();
      const known = await totals();
      for (const health of HEALTHS)
        if (known !== undefined) this.set({ health }, known.credentials[health] ?? 0);
    },
  });
  new Gauge({
    name: 'broker_tests_paused',
    help: 'Active credentials with scheduled tests paused because the service rejected them',
    registers,
    async collect() {
      this.set((await totals())?.paused ?? Number.NaN);
    },
  });
  new Counter({
    name: 'broker_tests_total',
    help: 'Tests of stored credentials by result code',
    labelNames: ['code'],
    registers,
    async collect() {
      this.reset();
      const known = await totals();
      for (const code of TEST_CODES) if (known !== undefined) this.inc({ code }, known.tests[code] ?? 0);
    },
  });
}
