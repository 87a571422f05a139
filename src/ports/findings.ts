/** What in Vault is not as the rows say, and what the reconciler keeps about itself. */
import type { Caller } from '../domain/access/caller.js';
import type { CheckpointName } from '../domain/audit/checkpoint.js';
import type { Credential, CredentialVersion } from '../domain/credentials/credential.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import type { Discrepancy, FindingKind, Resolution } from '../domain/reconcile/discrepancy.js';
import type { Page, PageRequest } from './page.js';

/** A finding with what identifies its credential; null where it has none. */
export interface ListedFinding {
  finding: Discrepancy;
  credential: { name: string; serviceType: ServiceType; owner: string } | null;
}

/** While it lasts the reconciler reports differences and repairs nothing. */
export interface ReportOnly {
  since: Date;
  until: Date;
  /** `restored`: Vault knows of a checkpoint that Postgres does not. */
  reason: 'restored' | 'asked';
  /** Hash of the checkpoint that Vault named then: it starts no second time of reporting. */
  marker: string | null;
}

/** A version of the history, and what was last known of it. */
export type RecordedVersion = Pick<CredentialVersion, 'credentialId' | 'version' | 'createdTime' | 'state'>;

export interface FindingFilter {
  /**
   * Of what the caller, or a service account that they created, owns, and of what they manage; if omitted: all, and
   * orphans.
   */
  reach?: Caller;
  kind?: FindingKind;
  /** Also those that ended. */
  resolved: boolean;
}

export interface Findings {
  /** Runs `work` unless another process runs its own now: then null. */
  alone<T>(work: () => Promise<T>): Promise<T | null>;
  /** All that stand, oldest first. */
  open(): Promise<Discrepancy[]>;
  /** Those that stand for one credential. */
  openOf(credentialId: string): Promise<Discrepancy[]>;
  /** Newest first. */
  list(filter: FindingFilter, page: PageRequest): Promise<Page<ListedFinding>>;
  /** How many stand, by kind. */
  count(): Promise<Record<FindingKind, number>>;
  /** Of these versions those that have no row and that no open intent may be about to write. */
  unrecorded(
    versions: { credentialId: string; version: number }[],
  ): Promise<{ credentialId: string; version: number }[]>;
  /** All versions of these credentials, lowest first. */
  recorded(credentialIds: string[]): Promise<RecordedVersion[]>;
  /** Null when it never was. */
  reportOnly(): Promise<ReportOnly | null>;
  lastCheckpoint(): Promise<(CheckpointName & { keyed: boolean }) | null>;
  knowsCheckpoint(name: CheckpointName): Promise<boolean>;
}

/** All credentials in batches, for the reconciler. */
export interface ReconcileReads {
  /** In batches by id, for the reconciler; destroyed ones only while one of their findings is open. */
  allCredentials(afterId: string | null, limit: number): Promise<Credential[]>;
  /** The smallest id of a credential after this one; null at the end. */
  nextCredentialId(afterId: string | null): Promise<string | null>;
  /** Credentials that are marked for destruction, in batches by id. */
  toDestroy(afterId: string | null, limit: number): Promise<Credential[]>;
  /** How many are marked for destruction. */
  destructionsWaiting(): Promise<number>;
}

/** Changes to discrepancies. */
export interface FindingWrites {
  /** False when one of its kind is open already for the same credential or path; then nothing is changed. */
  openFinding(finding: Discrepancy): Promise<boolean>;
  resolveFinding(id: string, resolution: Resolution, at: Date): Promise<void>;
  /** Adds facts to one. */
  noteFinding(id: string, facts: Discrepancy['facts']): Promise<void>;
  setReportOnly(state: ReportOnly): Promise<void>;
}
