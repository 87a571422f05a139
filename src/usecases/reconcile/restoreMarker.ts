import type { CheckpointName } from '../../domain/audit/checkpoint.js';
import { BrokerError } from '../../domain/errors.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { ReportOnly } from '../../ports/findings.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'changes' | 'findings' | 'store'>;

/**
 * Where Vault names the newest audit checkpoint of the last reconciliation. Postgres must know that one: if it does
 * not, it was brought back from before. No service type is called so.
 */
export const MARKER_PATH = 'broker/reconciled';

/** How long nothing is repaired after a restore, unless an operator ends it. */
const REPORT_ONLY_DAYS = 7;
const KEYED = 'keyed';

/** Whether this run only reports. Detects a restore automatically; unless `dryRun`, from then on for a week. */
export async function reportOnlyNow(ports: Needs, dryRun: boolean): Promise<ReportOnly | null> {
  const now = ports.clock.now();
  const known = await ports.findings.reportOnly();
  if (known !== null && known.until > now) return known;
  const marker = await readMarker(ports);
  if (marker === null || known?.marker === marker.sha256) return null;
  if (await ports.findings.knowsCheckpoint(marker)) return null;
  const until = new Date(now.getTime() + REPORT_ONLY_DAYS * DAY_MS);
  const state: ReportOnly = { since: now, until, reason: 'restored', marker: marker.sha256 };
  if (!dryRun) await keep(ports, state);
  ports.log.error('reconcile_report_only', { reason: state.reason, until: until.toISOString() });
  return state;
}

/** Set manually, for this many days from now; 0 ends it, also after a restore. */
export async function setReportOnly(ports: Needs, days: number): Promise<ReportOnly> {
  const now = ports.clock.now();
  const marker = (await readMarker(ports))?.sha256 ?? null;
  const state: ReportOnly = {
    since: now,
    until: new Date(now.getTime() + days * DAY_MS),
    reason: 'asked',
    marker,
  };
  await keep(ports, state);
  return state;
}

async function keep({ changes }: Needs, state: ReportOnly): Promise<void> {
  const until = state.until.toISOString();
  await changes.run(async (tx) => {
    await tx.setReportOnly(state);
    const details = { reason: state.reason, until };
    tx.audit(auditEvent(systemCall(), 'reconcile.report_only', 'allowed', { details }));
    if (state.reason === 'restored')
      await tx.notice({
        credentialId: null,
        kind: 'report_only',
        period: state.since.toISOString(),
        recipient: 'admins',
        body: { until },
      });
  });
}

/** At the end of a reconciliation that repaired all it could. */
export async function writeMarker(ports: Needs): Promise<void> {
  const last = await ports.findings.lastCheckpoint();
  if (last === null || last.sha256 === (await readMarker(ports))?.sha256) return;
  const custom: Record<string, string> = { checkpoint: String(last.number), sha256: last.sha256 };
  if (last.keyed) custom['rows'] = KEYED;
  try {
    await ports.store.setMetadata(MARKER_PATH, { custom });
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    // A policy of before does not allow it; all else was done.
    ports.log.warn('reconcile_marker_not_written', { code: error.code });
  }
}

export interface Marker extends CheckpointName {
  /** Since then all rows of the audit have keyed hashes. */
  keyed: boolean;
}

export interface MarkerReader {
  store: Pick<Ports['store'], 'metadata'>;
}

/** What Vault remembers of the audit; null where nothing was noted yet. */
export async function readMarker({ store }: MarkerReader): Promise<Marker | null> {
  const { checkpoint, sha256, rows } = (await store.metadata(MARKER_PATH))?.custom ?? {};
  const number = Number(checkpoint);
  if (sha256 === undefined || !Number.isSafeInteger(number)) return null;
  return { number, sha256, keyed: rows === KEYED };
}
