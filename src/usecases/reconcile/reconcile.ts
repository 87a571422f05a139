import { mapLimit } from '../../domain/async.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { BrokerError } from '../../domain/errors.js';
import { inParts, pagesOf } from '../../domain/inParts.js';
import type { Discrepancy } from '../../domain/reconcile/discrepancy.js';
import type { Ports } from '../../ports/ports.js';
import type { StoredMetadata } from '../../ports/vault.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import type { WritePorts } from '../writing/writePorts.js';
import { keepVersions } from '../writing/writeVersion.js';
import { mayAdopt } from './adoptDrift.js';
import { isToDestroy, markForDestruction } from './destroyDeleted.js';
import { endOrphans, type Orphan, recordOrphans } from './orphans.js';
import { emptyReport, type ReconcileReport } from './reconcileReport.js';
import { MARKER_PATH, reportOnlyNow, writeMarker } from './restoreMarker.js';
import { noted, settleIntents } from './settleIntents.js';
import { assess, endFinding, type Observation, recordFindings } from './vaultFindings.js';

/** What happens to versions that others wrote: only reported, or used once a test passes. */
export const DRIFT_MODES = ['report', 'adopt'] as const;
export type DriftMode = (typeof DRIFT_MODES)[number];

export interface ReconcileOptions {
  /** Intents younger than this may be under way. */
  graceMs: number;
  /** Changes nothing. */
  dryRun: boolean;
  /** Left out: `report`. */
  drift?: DriftMode;
}

type Needs = WritePorts & Pick<Ports, 'findings' | 'jobs'>;

interface Run {
  ports: Needs;
  options: ReconcileOptions;
  report: ReconcileReport;
  /** False: intents stay open and nothing is marked for destruction. */
  mends: boolean;
  /** Findings that stood when it began, by their credential or path. */
  open: ReadonlyMap<string, Discrepancy[]>;
}

const PAGE = 50;
/** How many paths Vault is asked about at once. */
const PARALLEL = 8;

/**
 * Compares Vault with the rows. Repairs what is the broker's own (open intents), marks what is to be destroyed, and records
 * and reports what others did. Its login can remove nothing. Rejects with `conflict` while another process does the same.
 */
export async function reconcile(ports: Needs, options: ReconcileOptions): Promise<ReconcileReport> {
  if (options.dryRun) return runOnce(ports, options);
  const report = await ports.findings.alone(() => runOnce(ports, options));
  if (report !== null) return report;
  throw new BrokerError('conflict', { detail: 'Another process is reconciling right now.' });
}

async function runOnce(ports: Needs, options: ReconcileOptions): Promise<ReconcileReport> {
  const reportOnly = await reportOnlyNow(ports, options.dryRun);
  const report = emptyReport(options.dryRun, reportOnly);
  const mends = !options.dryRun && reportOnly === null;
  const run: Run = { ports, options, report, mends, open: await standing(ports) };
  await settleIntents(ports, { graceMs: mends ? options.graceMs : 0, mends }, report);
  // Before the rows: a path of a credential that is made meanwhile is then not in it.
  const paths = new Set(await ports.store.list());
  paths.delete(MARKER_PATH);
  const unread = await reconcileRows(run, paths);
  // The path of a row that could not be read belongs to a credential: without it no path is known to be an orphan.
  if (unread === 0) await judgeOrphans(run, [...paths].sort());
  if (mends) await writeMarker(ports);
  // One that changed meanwhile is looked at again next time.
  for (const { credentialId, code } of report.failed)
    ports.log[code === 'conflict' ? 'info' : 'error']('reconcile_failed', {
      credential_id: credentialId,
      code,
    });
  return report;
}

/** All rows, a page at a time; how many could not be read. Takes the paths that belong to one out of `paths`. */
async function reconcileRows(run: Run, paths: Set<string>): Promise<number> {
  const { ports, report } = run;
  let unread = 0;
  const pages = pagesOf<Credential>(PAGE, {
    read: (after, limit) => ports.records.allCredentials(after, limit),
    idOf: ({ id }) => id,
    nextId: (after) => ports.records.nextCredentialId(after),
    failed: (credentialId, { code }) => {
      unread += 1;
      report.failed.push({ credentialId, code });
    },
  });
  for await (const rows of pages) {
    for (const row of rows) if (row.status !== 'destroyed') paths.delete(row.vaultPath);
    for (const row of rows) await noted(report, row.id, () => endOfRow(run, row));
    await inParts(
      rows,
      (part) => compare(run, part),
      ({ id }, { code }) => report.failed.push({ credentialId: id, code }),
    );
  }
  return unread;
}

async function standing({ findings }: Needs): Promise<Run['open']> {
  const open = new Map<string, Discrepancy[]>();
  for (const finding of await findings.open()) {
    const key = finding.credentialId ?? finding.path ?? '';
    open.set(key, [...(open.get(key) ?? []), finding]);
  }
  return open;
}

async function compare(run: Run, rows: readonly Credential[]): Promise<void> {
  const { ports, options, report } = run;
  for (const observation of await lookAt(run, rows))
    await noted(report, observation.row.id, async () => {
      const assessment = assess(observation);
      reportIn(report, observation, assessment);
      if (options.dryRun) return;
      await recordFindings(ports, observation);
      if (options.drift === 'adopt' && run.mends && assessment.drift !== null)
        await adoptLater(run, observation.row);
    });
}

/** Marks what was deleted long enough ago; the destroyer removes it. What was found of a deleted one ends. */
async function endOfRow({ ports, report, mends, open, options }: Run, row: Credential): Promise<void> {
  if (isToDestroy(row, ports.clock.now())) {
    if (mends && row.status === 'deleted') {
      await markForDestruction(ports, row);
      report.marked.push(row.id);
    }
    report.toDestroy.push(row.id);
  }
  if (row.status === 'active' || row.status === 'disabled') return;
  const known = open.get(row.id) ?? [];
  report.resolved += known.length;
  if (known.length === 0 || options.dryRun) return;
  await ports.changes.run(async (tx) => {
    for (const finding of known) await endFinding(ports, tx, { row, finding, resolution: 'deleted' });
  });
}

/** Asks Vault about those that are in use, and which of the versions there nobody recorded. What is recorded is read first, so that Vault has had all of it. */
async function lookAt(run: Run, rows: readonly Credential[]): Promise<Observation[]> {
  const { ports, report, open } = run;
  const used = rows.filter(({ status }) => status === 'active' || status === 'disabled');
  const recorded = await ports.findings.recorded(used.map(({ id }) => id));
  const observation: Observation[] = [];
  await mapLimit(used, PARALLEL, (row) =>
    noted(report, row.id, async () => {
      const metadata = await ports.store.metadata(row.vaultPath);
      if (metadata?.versionsExpire) await endExpiry(run, row, metadata);
      const known = recorded.filter(({ credentialId }) => credentialId === row.id);
      observation.push({ row, metadata, unrecorded: [], recorded: known, open: open.get(row.id) ?? [] });
    }),
  );
  const asked = observation.flatMap(({ row, metadata }) =>
    [...(metadata?.versions ?? [])]
      .filter(([version, { deleted, destroyed }]) => version > row.latestVersion || !(deleted || destroyed))
      .map(([version]) => ({ credentialId: row.id, version })),
  );
  const byId = new Map(observation.map((one) => [one.row.id, one]));
  for (const { credentialId, version } of await ports.findings.unrecorded(asked))
    byId.get(credentialId)?.unrecorded.push(version);
  return observation;
}

/**
 * Vault was set to delete later versions automatically: removed, audited and logged, since only a Vault user or a
 * compromised API sets it.
 */
async function endExpiry(
  { ports, report, mends }: Run,
  row: Credential,
  metadata: StoredMetadata,
): Promise<void> {
  report.expiring.push(row.id);
  if (!mends || !(await keepVersions(ports, row, metadata))) return;
  const event = auditEvent(systemCall(), 'credential.expiry_removed_in_vault', 'allowed', {
    credentialId: row.id,
  });
  await ports.changes.run(async (tx) => tx.audit(event));
}

function reportIn(
  report: ReconcileReport,
  { row, metadata }: Observation,
  assessment: ReturnType<typeof assess>,
): void {
  const { broken, drift, turned, ended } = assessment;
  if (broken?.kind === 'missing') report.missing.push(row.id);
  if (broken?.kind === 'active_gone') report.activeGone.push(row.id);
  if (broken?.kind === 'replaced') report.replaced.push(row.id);
  const found = metadata?.currentVersion ?? 0;
  if (drift !== null) report.drift.push({ credentialId: row.id, recorded: row.latestVersion, found });
  report.versionStates.push(...turned.map((one) => ({ credentialId: row.id, ...one })));
  report.resolved += ended.length;
}

/**
 * In a separate job: a test takes time, and each try is a login. One after the other, in parallel to all other work.
 */
async function adoptLater({ ports }: Run, row: Credential): Promise<void> {
  for (const finding of await ports.findings.openOf(row.id))
    if (mayAdopt(row, finding))
      await ports.jobs.enqueue({
        task: 'adopt_drift',
        key: `adopt:${row.id}`,
        queue: 'adopt_drift',
        payload: { credential_id: row.id },
        maxAttempts: 1,
      });
}

async function judgeOrphans({ ports, options, report, open }: Run, paths: readonly string[]): Promise<void> {
  const recorded = [...open.values()].flat().filter(({ kind }) => kind === 'orphan');
  const orphans: Orphan[] = [];
  await mapLimit(paths, PARALLEL, (path) =>
    noted(report, path, async () => {
      const metadata = await ports.store.metadata(path);
      // One that went since the list was read is none.
      if (metadata !== null) orphans.push({ path, custom: metadata.custom });
    }),
  );
  orphans.sort((a, b) => (a.path < b.path ? -1 : 1));
  report.orphans = orphans.map(({ path }) => path);
  const unknown = new Set(report.failed.map(({ credentialId }) => credentialId));
  const there = new Set([...report.orphans, ...unknown]);
  const ended = recorded.filter(({ path }) => !there.has(path ?? ''));
  report.resolved += ended.length;
  if (options.dryRun) return;
  const known = new Set(recorded.map(({ path }) => path));
  await recordOrphans(
    ports,
    orphans.filter(({ path }) => !known.has(path)),
  );
  const gone = await mapLimit(ended, PARALLEL, ({ path }) => ports.store.metadata(path ?? ''));
  await endOrphans(
    ports,
    ended.map((finding, n) => ({ finding, resolution: gone[n] === null ? 'gone' : 'known' })),
  );
}
