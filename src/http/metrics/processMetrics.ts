import { Gauge, type Registry } from 'prom-client';
import type { Ports } from '../../ports/ports.js';

/** What a process knows only of itself. */
export function addProcessMetrics(
  registry: Registry,
  { auditLog, recordsStatus, vaultLogins }: Pick<Ports, 'auditLog' | 'recordsStatus' | 'vaultLogins'>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'broker_audit_queue_rows',
    help: 'Audit rows that wait for their flush',
    registers,
    collect() {
      this.set(auditLog.depth());
    },
  });
  new Gauge({
    name: 'broker_vault_token_seconds',
    help: 'Remaining lifetime of the Vault token, by the role that this process logged in as',
    labelNames: ['role'],
    registers,
    collect() {
      this.reset();
      for (const { role, secondsLeft } of vaultLogins.list()) this.set({ role }, Math.min(secondsLeft, 1e9));
    },
  });
  new Gauge({
    name: 'broker_clock_ahead_seconds',
    help: 'How far the clock of this machine is ahead of the clock of Postgres, which is authoritative',
    registers,
    collect() {
      this.set(recordsStatus.clockAheadSeconds() ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}
