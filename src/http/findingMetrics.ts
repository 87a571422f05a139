import { Gauge, type Registry } from 'prom-client';
import { FINDING_KINDS } from '../domain/vaultFinding.js';
import type { Ports } from '../ports.js';

/** What stands, as Postgres tells it; no number while Postgres can't serve. */
export function addFindingMetrics(
  registry: Registry,
  { findings, log }: Pick<Ports, 'findings' | 'log'>,
): void {
  new Gauge({
    name: 'broker_vault_findings',
    help: 'What in Vault is not as the broker stored it, by kind',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      this.reset();
      const counts = await findings.count().catch(() => {
        log.warn('metrics.findings_unknown');
        return undefined;
      });
      if (counts !== undefined) for (const kind of FINDING_KINDS) this.set({ kind }, counts[kind]);
    },
  });
}
