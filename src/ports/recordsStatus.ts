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
