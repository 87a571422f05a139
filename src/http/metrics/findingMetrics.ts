import { Gauge, type Registry } from 'prom-client';
import { FINDING_KINDS } from '../../domain/reconcile/discrepancy.js';
import type { Ports } from '../../ports/ports.js';
import { cachedLook } from './cachedLook.js';

/** Open findings, from Postgres; no number while Postgres is unavailable. */
export function addFindingMetrics(
  registry: Registry,
  ports: Pick<Ports, 'clock' | 'findings' | 'records' | 'log'>,
): void {
  const found = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.findings_unknown' }, () =>
    ports.findings.count(),
  );
  new Gauge({
    name: 'broker_vault_findings',
    help: 'Differences between Vault and what the broker stored, by kind',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      this.reset();
      const counts = await found();
      if (counts !== undefined) for (const kind of FINDING_KINDS) this.set({ kind }, counts[kind]);
    },
  });
  const waiting = cachedLook(ports, { freshMs: 15_000, failed: 'metrics.destructions_unknown' }, () =>
    ports.records.destructionsWaiting(),
  );
  new Gauge({
    name: 'broker_destructions_waiting',
    help: 'Credentials that are marked for destruction and wait for the destroyer',
    registers: [registry],
    async collect() {
      this.set((await waiting()) ?? Number.NaN);
    },
  });
}
