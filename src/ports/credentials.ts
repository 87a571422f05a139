/** Rows of credentials and what belongs to them. */
import type { Caller } from '../domain/access/caller.js';
import type { Grant, Standing } from '../domain/access/grant.js';
import type {
  Credential,
  CredentialStatus,
  CredentialVersion,
  Health,
} from '../domain/credentials/credential.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import type { Page, PageRequest } from './page.js';

export interface UsageRow {
  credentialId: string;
  /** `used_by` of the request, or the caller's principal. */
  usedBy: string;
  usedAt: Date;
  /** A consumer's word on a value that it has; all other rows are values that were handed out, or could not be. */
  reported: boolean;
  /** That the value worked, where it is reported; else that it was handed out. */
  success: boolean;
  errorCode: string | null;
  purpose: string | null;
  /** A principal. */
  caller: string;
}

export interface ListFilter {
  serviceType?: ServiceType;
  health?: Health;
  status?: CredentialStatus;
  /** `key=value` pairs that must all be there. */
  labels?: Record<string, string>;
  /** A team whose grants are meant. */
  team?: string;
  owner?: string;
  expiringBefore?: Date;
  unusedSince?: Date;
  /** The whole name. */
  name?: string;
  /** Free text over name, description, settings. */
  q?: string;
}

export interface ListedCredential extends Standing {
  credential: Credential;
  /** It reaches the caller by offers only: a bare name does not mean it. */
  offered: boolean;
  lastUsedAt: Date | null;
}

/** Lists of credentials. */
export interface CredentialLists {
  /** What the caller may see (an admin: all), newest first by (created_at, id). */
  list(caller: Caller, filter: ListFilter, page: PageRequest): Promise<Page<ListedCredential>>;
}

/** What belongs to one credential, or to one owner. */
export interface CredentialReads {
  versions(credentialId: string): Promise<CredentialVersion[]>;
  version(credentialId: string, version: number): Promise<CredentialVersion | null>;
  grants(credentialId: string): Promise<Grant[]>;
  usage(credentialId: string, page: PageRequest): Promise<Page<UsageRow>>;
  /** The credentials of an owner that hold their name: pending, active and disabled ones. */
  ownedBy(owner: string): Promise<Credential[]>;
}

/** What a change may set: all but what a credential keeps for ever, and what the broker counts. */
export type CredentialPatch = Partial<
  Omit<
    Credential,
    | 'id'
    | 'serviceType'
    | 'vaultPath'
    | 'testGeneration'
    | 'accountKey'
    | 'revision'
    | 'createdAt'
    | 'createdBy'
    | 'updatedAt'
    | 'updatedBy'
  >
>;

/** Changes to credentials, their versions and their use. */
export interface CredentialWrites {
  /** Locks and returns the row, whatever its status. */
  lock(credentialId: string): Promise<Credential | null>;
  /** Rejects with `name_taken` when the owner has another undeleted one of that name. */
  insertCredential(credential: Credential): Promise<void>;
  /** Sets the given columns, `updated_at/by`, and adds one to `revision`. Rejects with `name_taken`. */
  updateCredential(id: string, patch: CredentialPatch, by: string, at: Date): Promise<Credential>;
  insertVersion(version: CredentialVersion): Promise<void>;
  /** False when one of them is so already, or is not there; then the transaction must not be kept. */
  setVersionStates(
    credentialId: string,
    states: Pick<CredentialVersion, 'version' | 'state'>[],
  ): Promise<boolean>;
  reportUsage(row: UsageRow): Promise<void>;
}
