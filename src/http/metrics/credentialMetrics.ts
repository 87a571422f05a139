import { HEALTHS } from '../../domain/credentials/credential.js';
import { FINDING_KINDS } from '../../domain/reconcile/discrepancy.js';
import { TEST_CODES } from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import { cachedLook } from './cachedLook.js';
import type { Metric } from './metric.js';

/** For looks that count all credentials. */
const FRESH_MS = 15_000;

/** Health and findings of the credentials from Postgres, whichever processes tested them. */
export function credentialMetrics(ports: Pick<Ports, 'clock' | 'findings' | 'records' | 'log'>): Metric[] {
  const totals = cachedLook(ports, { freshMs: FRESH_MS, failed: 'metrics.health_unknown' }, () =>
    ports.records.healthTotals(),
  );
  const findings = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.findings_unknown' }, () =>
    ports.findings.count(),
  );
  const waiting = cachedLook(ports, { freshMs: FRESH_MS, failed: 'metrics.destructions_unknown' }, () =>
    ports.records.destructionsWaiting(),
  );
  return [
    {
      name: 'broker_credentials',
      help: 'Active credentials by health',
      label: 'health',
      read: async () => countsOf(HEALTHS, (await totals())?.credentials),
    },
    {
      name: 'broker_tests_paused',
      help: 'Active credentials with scheduled tests paused because the service rejected them',
      read: async () => (await totals())?.paused,
    },
    {
      name: 'broker_tests_total',
      help: 'Tests of stored credentials by result code',
      label: 'code',
      read: async () => countsOf(TEST_CODES, (await totals())?.tests),
    },
    {
      name: 'broker_vault_findings',
      help: 'Differences between Vault and what the broker stored, by kind',
      label: 'kind',
      read: async () => countsOf(FINDING_KINDS, await findings()),
    },
    {
      name: 'broker_destructions_waiting',
      help: 'Credentials that are marked for destruction and wait for the destroyer',
      read: waiting,
    },
  ];
}

/** One number for each name, 0 where nothing was counted. */
function countsOf<Name extends string>(
  names: readonly Name[],
  counts: Readonly<Partial<Record<Name, number>>> | undefined,
): [Name, number][] | undefined {
  return counts && names.map((name) => [name, counts[name] ?? 0]);
}
