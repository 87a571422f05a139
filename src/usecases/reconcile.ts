import { type Credential, restorableUntil } from '../domain/credential.js';
import { BrokerError } from '../domain/errors.js';
import { auditEvent } from './auditEvent.js';
import { finishIntent } from './finishIntent.js';
import { systemCall } from './users.js';
import { keepRoom, type WritePorts } from './writeVersion.js';

export interface ReconcileReport {
  dryRun: boolean;
  intentsCompleted: string[];
  intentsClosed: string[];
  destroyed: string[];
  /** Paths in Vault without a row: kept, never destroyed. */
  orphans: string[];
  /** Rows whose path Vault does not have. */
  missing: string[];
  /** Versions that somebody wrote in Vault without the broker. */
  drift: { credentialId: string; recorded: number; found: number }[];
  failed: { credentialId: string; code: string }[];
}

/**
 * Looks for what a crash, a restore or somebody in Vault left, and mends what is the broker's own: open intents and
 * destructions that were asked for. Orphans and drift are told, never touched. `dryRun` changes nothing.
 */
export async function reconcile(
  ports: WritePorts,
  options: { graceMs: number; dryRun: boolean },
): Promise<ReconcileReport> {
  const report: ReconcileReport = {
    dryRun: options.dryRun,
    intentsCompleted: [],
    intentsClosed: [],
    destroyed: [],
    orphans: [],
    missing: [],
    drift: [],
    failed: [],
  };
  await settleIntents(ports, options, report);
  const paths = new Set(await ports.store.list());
  let after: string | null = null;
  for (;;) {
    const rows: Credential[] = await ports.records.allCredentials(after, 200);
    for (const row of rows) {
      await reconcileOne(ports, row, paths, options.dryRun, report).catch((error: unknown) =>
        note(report, row.id, error),
      );
      paths.delete(row.vaultPath);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  report.orphans = [...paths].sort();
  return report;
}

async function settleIntents(
  ports: WritePorts,
  options: { graceMs: number; dryRun: boolean },
  report: ReconcileReport,
): Promise<void> {
  const call = systemCall();
  for (const intent of await ports.records.openIntents(
    new Date(ports.clock.now().getTime() - options.graceMs),
  )) {
    const { credential } = await ports.records.access(call.caller, intent.credentialId);
    if (credential === null || options.dryRun) continue;
    try {
      const end = await finishIntent(ports, intent, credential);
      (end === 'completed' ? report.intentsCompleted : report.intentsClosed).push(intent.credentialId);
    } catch (error) {
      note(report, intent.credentialId, error);
    }
  }
}

function note(report: ReconcileReport, credentialId: string, error: unknown): void {
  if (!(error instanceof BrokerError)) throw error;
  report.failed.push({ credentialId, code: error.code });
}

async function reconcileOne(
  ports: WritePorts,
  row: Credential,
  paths: Set<string>,
  dryRun: boolean,
  report: ReconcileReport,
): Promise<void> {
  const overdue = row.status === 'deleted' && restorableUntil(row) < ports.clock.now();
  if (row.status === 'destroying' || overdue) {
    if (!dryRun) await destroy(ports, row);
    report.destroyed.push(row.id);
    return;
  }
  if (row.status !== 'active' && row.status !== 'disabled') return;
  const metadata = paths.has(row.vaultPath) ? await ports.store.metadata(row.vaultPath) : null;
  if (metadata === null) {
    report.missing.push(row.id);
    return;
  }
  if (metadata.currentVersion <= row.latestVersion) return;
  report.drift.push({ credentialId: row.id, recorded: row.latestVersion, found: metadata.currentVersion });
  if (dryRun || (await ports.records.openIntent(row.id)) !== null) return;
  await keepRoom(ports, row, metadata);
  await ports.changes.run(async (tx) => {
    tx.audit(
      auditEvent(systemCall(), 'credential.drift_found', 'allowed', {
        credentialId: row.id,
        version: metadata.currentVersion,
      }),
    );
    await tx.updateCredential(
      row.id,
      { latestVersion: metadata.currentVersion },
      'system',
      ports.clock.now(),
    );
  });
}

async function destroy(ports: WritePorts, row: Credential): Promise<void> {
  const now = ports.clock.now();
  if (row.status === 'deleted') {
    await ports.changes.run(async (tx) => {
      tx.audit(
        auditEvent(systemCall(), 'credential.destroy', 'allowed', {
          credentialId: row.id,
          details: { step: 'marked' },
        }),
      );
      await tx.updateCredential(row.id, { status: 'destroying' }, 'system', now);
    });
  }
  await ports.store.destroy(row.vaultPath);
  await ports.changes.run(async (tx) => {
    tx.audit(
      auditEvent(systemCall(), 'credential.destroy', 'allowed', {
        credentialId: row.id,
        details: { step: 'done' },
      }),
    );
    await tx.updateCredential(row.id, { status: 'destroyed' }, 'system', now);
  });
}
