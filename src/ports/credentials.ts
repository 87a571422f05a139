/** Rows of credentials and what belongs to them. */
import type { Caller } from '../domain/access/caller.js';
import type { Grant, Standing } from '../domain/access/grant.js';
import type {
  Credential,
  CredentialStatus,
  CredentialVersion,
  Health,
} from '../domain/credentials/credential.js';
import type { ListOrder } from '../domain/credentials/listOrder.js';
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
  /** Any of them. */
  serviceTypes?: readonly ServiceType[];
  /** Any of them. */
  healths?: readonly Health[];
  /** True: only those that need attention; false: only the others. */
  attention?: boolean;
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
  /** Free text over name, description, settings, owner, account, labels and variables. */
  q?: string;
  /** Newest first if not given. */
  order?: ListOrder;
}

export interface ListedCredential extends Standing {
  credential: Credential;
  /** It reaches the caller by offers only: a bare name does not mean it. */
  offered: boolean;
  lastUsedAt: Date | null;
  /** The advice of its last test; null: it was not tested, or the history no longer has the test. */
  lastAdvice: string | null;
}

/** What the caller may see, in numbers, and the few that come first. */
export interface CredentialSummary {
  total: number;
  attention: number;
  /** How many of which service and health. */
  counts: { serviceType: ServiceType; health: Health; count: number }[];
  /** Those that expire next, the soonest first. */
  expiring: (Pick<Credential, 'id' | 'name' | 'serviceType'> & { expiresAt: Date })[];
  /** Those that need attention, the worst first. */
  needs: SummarizedNeed[];
}

/** What a summary says of one that needs attention. */
export type SummarizedNeed = Pick<
  Credential,
  'id' | 'name' | 'serviceType' | 'health' | 'status' | 'expiresAt' | 'lastTestCode'
> &
  Pick<ListedCredential, 'lastAdvice'>;

/** Who used a credential, summed up. */
export interface Consumer {
  usedBy: string;
  caller: string;
  lastUsedAt: Date;
  /** How often it got the value. */
  uses: number;
  /** How often it did not get the value, or reported that the value failed. */
  failures: number;
}

/** Lists of credentials. */
export interface CredentialLists {
  /** What the caller may see (an admin: all), in the order that the filter names. */
  list(caller: Caller, filter: ListFilter, page: PageRequest): Promise<Page<ListedCredential>>;
  /** One statement over what the caller may see, without deleted ones. */
  summary(caller: Caller): Promise<CredentialSummary>;
}

/** What belongs to one credential, or to one owner. */
export interface CredentialReads {
  versions(credentialId: string): Promise<CredentialVersion[]>;
  version(credentialId: string, version: number): Promise<CredentialVersion | null>;
  grants(credentialId: string): Promise<Grant[]>;
  usage(credentialId: string, page: PageRequest): Promise<Page<UsageRow>>;
  /** Who used it since then, the latest first; counted from `since`, which is later where there are too many rows. */
  consumers(credentialId: string, since: Date): Promise<{ since: Date; items: Consumer[] }>;
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
