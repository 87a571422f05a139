/** The audit trail: rows of reads, and the proof over all rows. */
import type { Caller } from '../domain/access/caller.js';
import type { AuditEvent, AuditRow, ListedAuditRow } from '../domain/audit/audit.js';
import type { AuditProblem } from '../domain/audit/auditProof.js';
import type { CheckpointName, StoredCheckpoint } from '../domain/audit/checkpoint.js';
import type { UsageRow } from './credentials.js';
import type { Page, PageRequest } from './page.js';

/** Audit and usage of reads: many callers, one flush. Resolves when the row is durable; only then may a value leave. */
export interface AuditLog {
  /**
   * Rejects with `audit_overloaded` when the queue is at its bound and `records_unavailable` when the flush failed.
   * `usage` rows commit with the events. Refusals alone (`denied`) have a part of the queue only; in a flood of them
   * those that find no room are counted like those of strangers, so that they never push out a good read.
   */
  record(events: AuditEvent[], usage?: UsageRow[]): Promise<void>;
  /** Callers who did not authenticate: counted per address and minute in a separate lane; never rejects. */
  countRefusal(ip: string, code: string): void;
  /** Rows that wait. */
  depth(): number;
  /** True from when a read was turned away until rows that waited are written or given up. */
  isFull(): boolean;
  /** When rows could not be written the last time, unless some were since. */
  failedAt(): Date | null;
  /** Writes what waits; for a graceful stop. */
  flush(): Promise<void>;
}

export interface AuditProof {
  ok: boolean;
  chains: number;
  rows: number;
  checkpoints: number;
  /**
   * The newest, to compare with what was logged when it was signed: rows that were cut together with it can't be
   * detected from here.
   */
  lastCheckpoint: CheckpointName | null;
  /** How many things are wrong. */
  problemCount: number;
  /** The first thousand of them, each with chain and number: what is wrong there. */
  problems: AuditProblem[];
  /** Rows that no checkpoint vouches for yet; where one is older than five minutes that is a problem. */
  unsignedRows: number;
  /** Since when the oldest of them waits. */
  oldestUnsignedAt: Date | null;
}

export interface Checkpointed {
  /** The newest valid one; null where another process wrote one at the same time. */
  newest: CheckpointName | null;
  /** Rows and checkpoints that are wrong, and that were not built on. */
  problems: AuditProblem[];
  /** Whether rows without a keyed hash are no longer accepted. */
  keyed: boolean;
}

export interface AuditVerifier {
  /**
   * One at a time in a process: who asks while another one still collects what it needs shares its proof, who comes
   * later waits for the next. Rejects with `records_unavailable` also when the process is asked to stop.
   */
  verify(): Promise<AuditProof>;
  /**
   * Verifies the rows since the newest valid checkpoint, and signs the heads of all chains that moved, unless none did;
   * logs number and hash of the newest checkpoint either way. `keyed`: Vault remembers that all rows have keyed hashes.
   */
  checkpoint(options?: { keyed: boolean }): Promise<Checkpointed>;
  /** Gives up what is under way, and takes no more: it can take minutes, and changes nothing. */
  stop(): void;
}

/** With its number as text: a forged one may be larger than a JavaScript number. */
export interface NumberedCheckpoint extends StoredCheckpoint {
  key: string;
}

/** A row with its time as it is stored, to the microsecond. */
export interface ArchivedRow {
  row: AuditRow;
  exactAt: string;
}

/** The audit as it is stored, for an export. */
export interface AuditArchive {
  /**
   * Checkpoints after a number, in their order. With `since` from the newest before that moment on, besides those that
   * say what was dropped.
   */
  checkpoints(page: { after: string; since?: Date; limit: number }): Promise<NumberedCheckpoint[]>;
  /** Rows after a chain, number and time, in that order; without `at` after all that have the number. */
  rows(page: { chain: string; seq: number; at?: string | undefined; limit: number }): Promise<ArchivedRow[]>;
}

export interface AuditFilter {
  credentialId?: string;
  actor?: string;
  action?: string;
  /** With the dot at its end: `credential.`. */
  actionPrefix?: string;
  outcome?: string;
  requestId?: string;
  from?: Date;
  to?: Date;
}

/** The audit log, page by page. */
export interface AuditReads {
  /** With the names of credentials that the viewer may see. */
  auditEvents(viewer: Caller, filter: AuditFilter, page: PageRequest): Promise<Page<ListedAuditRow>>;
}
