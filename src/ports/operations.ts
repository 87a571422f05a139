/** The state of Postgres, and the end of rows that are old enough. */

/** `frozen`: no answer within the deadline; `unreachable`: no connection. */
export type RecordsHealth =
  | 'ok'
  | 'unreachable'
  | 'frozen'
  | 'read_only'
  | 'not_migrated'
  | 'partition_missing';

/** Whether Postgres serves us, for readiness. Never rejects. */
export interface RecordsStatus {
  /** Writable, migrated, partitions there. */
  health(): Promise<RecordsHealth>;
  /** How far this machine's clock is ahead of Postgres', which decides; null while that is not known. */
  clockAheadSeconds(): number | null;
  /** Resolves when Postgres was asked for its time once, whether it answered or not. */
  clockKnown(): Promise<void>;
}

/** Tables that are partitioned by month. */
export type MonthlyTable = 'audit_events' | 'credential_usage' | 'test_runs';

/** What is removed row by row. */
export type AgedTable =
  | 'bulk_jobs'
  | 'events'
  | 'notification_deliveries'
  | 'notifications'
  | 'write_intents'
  | 'idempotency_keys'
  | 'sessions'
  | 'used_once'
  | 'refusal_counts'
  | 'reports'
  | 'vault_findings';

export interface Retention {
  /** How many months ended by `before`, the beginning of a month. */
  monthsBefore(table: MonthlyTable, before: Date): Promise<number>;
  /**
   * Drops the months that ended by `before`; their names. Of the audit a signed checkpoint says first which
   * rows go, and which checkpoints, whose rows are all among them, go with them. Rejects with `internal_error` where they are too young to be dropped at all, and
   * `records_unavailable` where the table is too busy.
   */
  dropMonths(table: MonthlyTable, before: Date): Promise<string[]>;
  /** Removes what ended before, nothing that is still under way; how many rows. */
  forget(table: AgedTable, before: Date): Promise<number>;
  /**
   * Removes how credentials stood before, but for what reports of later need; how many rows. Rejects with `internal_error`
   * where that is not 400 days ago.
   */
  forgetStates(before: Date): Promise<number>;
}
