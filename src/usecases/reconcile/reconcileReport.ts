import type { ReportOnly } from '../../ports/findings.js';
import type { OpenIntent } from '../../ports/writing.js';
import type { TurnedVersion } from './versionStates.js';

/** What one run found and did; ids, but for orphans. */
export interface ReconcileReport {
  dryRun: boolean;
  /** Set while differences are only reported and nothing is repaired. */
  reportOnly: ReportOnly | null;
  /** Writes whose end is unknown; in a dry run, while only reporting and when time ran out, they stay as they are. */
  openIntents: Omit<OpenIntent, 'id'>[];
  intentsCompleted: string[];
  intentsClosed: string[];
  /** What this run marked for destruction: it was deleted 30 days ago. */
  marked: string[];
  /** What waits for the destroyer; in a dry run and while only reporting also what would have been marked. */
  toDestroy: string[];
  /** Paths in Vault without a credential: kept, never destroyed. */
  orphans: string[];
  /** Credentials whose path Vault does not have. */
  missing: string[];
  /** Credentials whose active version was deleted or destroyed in Vault. */
  activeGone: string[];
  /** Credentials whose path was written again, or is older than the row. */
  replaced: string[];
  /** Versions newer than the active one that were written directly in Vault. */
  drift: { credentialId: string; recorded: number; found: number }[];
  /** Recorded versions that were deleted, destroyed or dropped in Vault since, or that are back. */
  versionStates: (TurnedVersion & { credentialId: string })[];
  /**
   * Credentials whose later versions Vault would have deleted automatically (`delete_version_after`); a real run ends
   * that.
   */
  expiring: string[];
  /** How many earlier findings hold no more. */
  resolved: number;
  failed: { credentialId: string; code: string }[];
}

export function emptyReport(dryRun: boolean, reportOnly: ReportOnly | null): ReconcileReport {
  return {
    dryRun,
    reportOnly,
    openIntents: [],
    intentsCompleted: [],
    intentsClosed: [],
    marked: [],
    toDestroy: [],
    orphans: [],
    missing: [],
    activeGone: [],
    replaced: [],
    drift: [],
    versionStates: [],
    expiring: [],
    resolved: 0,
    failed: [],
  };
}

/** How many of each, for the log and the status. */
export function countsOf(report: ReconcileReport) {
  return {
    completed: report.intentsCompleted.length,
    closed: report.intentsClosed.length,
    left_open: report.openIntents.length,
    marked: report.marked.length,
    to_destroy: report.toDestroy.length,
    orphans: report.orphans.length,
    missing: report.missing.length,
    active_gone: report.activeGone.length,
    replaced: report.replaced.length,
    drift: report.drift.length,
    version_states: report.versionStates.length,
    expiring: report.expiring.length,
    resolved: report.resolved,
    failed: report.failed.length,
  };
}
