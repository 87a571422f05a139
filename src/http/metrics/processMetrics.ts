import type { Ports } from '../../ports/ports.js';
import type { Metric } from './metric.js';

/** What a process knows only of itself. */
export function processMetrics({
  auditLog,
  recordsStatus,
  vaultLogins,
}: Pick<Ports, 'auditLog' | 'recordsStatus' | 'vaultLogins'>): Metric[] {
  return [
    {
      name: 'broker_audit_queue_rows',
      help: 'Audit rows that wait for their flush',
      read: () => auditLog.depth(),
    },
    {
      name: 'broker_vault_token_seconds',
      help: 'Remaining lifetime of the Vault token, by the role that this process logged in as',
      label: 'role',
      read: () => vaultLogins.list().map(({ role, secondsLeft }) => [role, Math.min(secondsLeft, 1e9)]),
    },
    {
      name: 'broker_clock_ahead_seconds',
      help: 'How far the clock of this machine is ahead of the clock of Postgres, which is authoritative',
      read: () => recordsStatus.clockAheadSeconds() ?? undefined,
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory',
      read: () => process.memoryUsage.rss(),
    },
  ];
}
