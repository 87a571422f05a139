/** The audit trail: rows of reads, and the proof over all rows. */
import type { AuditEvent } from '../domain/audit.js';
import type { UsageRow } from './records.js';

/** Audit and usage of reads: many callers, one flush. Resolves when the row is durable; only then may a value leave. */
export interface ReadAudit {
  /**
   * Rejects with `audit_overloaded` when the queue is at its bound and `records_unavailable` when the flush failed.
   * `usage` rows commit with the events. Refusals alone (`denied`) have a part of the queue only; in a flood of them
   * those that find no room are counted like those of strangers, so that they never push out a good read.
   */
  record(events: AuditEvent[], usage?: UsageRow[]): Promise<void>;
  /** Callers who did not authenticate: counted per address and minute in a lane of their own; never rejects. */
  countRefusal(ip: string, code: string): void;
  /** Rows that wait. */
  depth(): number;
  /** True from when a read was turned away until rows that waited are written or given up. */
  isFull(): boolean;
  /** Writes what waits; for a graceful stop. */
  flush(): Promise<void>;
}

export interface CheckpointName {
  number: number;
  /** Hex SHA-256 of what was signed; it names the checkpoint before it, and so all of them. */
  sha256: string;
}

export interface AuditProof {
  ok: boolean;
  chains: number;
  rows: number;
  checkpoints: number;
  /** The newest, to compare with what was logged when it was signed: rows cut together with it can't be told from here. */
  lastCheckpoint: CheckpointName | null;
  /** How many things are wrong. */
  problemCount: number;
  /** The first thousand of them, each with chain and number: what is wrong there. */
  problems: { chain: string; seq: number; problem: string }[];
}

export interface AuditVerifier {
  /**
   * One at a time in a process: who asks while another one still collects what it needs shares its proof, who comes
   * later waits for the next. Rejects with `records_unavailable` also when the process is asked to stop.
   */
  verify(): Promise<AuditProof>;
  /**
   * Signs the heads of all chains that moved into `audit_checkpoints`, unless none did; logs number and hash of the newest
   * checkpoint either way.
   */
  checkpoint(): Promise<void>;
  /** Gives up what is under way, and takes no more: it can take minutes, and changes nothing. */
  stop(): void;
}
