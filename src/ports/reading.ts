/** What a caller may see and use, and what `resolve` and `environment` choose from. */
import type { Caller } from '../domain/access/caller.js';
import type { Reached, Receiver } from '../domain/access/claims.js';
import type { Standing } from '../domain/access/grant.js';
import type { Credential, ReadableCredential } from '../domain/credentials/credential.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import type { Preference } from '../domain/environment/variablePlan.js';

/** What the one authorization statement answers. */
export interface Access<C = Credential> extends Standing {
  /** False when the caller's account is disabled, revoked or gone: the token no longer counts. */
  callerActive: boolean;
  /** Null when there is no such credential (whatever its status otherwise). */
  credential: C | null;
}

/** The relation of a caller to what they ask for. */
export interface AccessReads {
  /** One named statement: is the caller's account active, what is the credential, how is the caller related to it. */
  access(caller: Caller, credentialId: string): Promise<Access>;
  /** The same with the members that a read of the value needs. */
  readAccess(caller: Caller, credentialId: string): Promise<Access<ReadableCredential>>;
  /** One statement: is the caller's account still good (for calls without a credential). */
  callerActive(caller: Caller): Promise<boolean>;
}

/** A credential that the caller owns or holds a grant on, with what decides whether and since when it counts. */
export interface Candidate extends Standing, Reached {
  /** To its owner with the variables and labels that the owner agreed to, whatever others changed since. */
  credential: Credential;
  /** The name it is found by; to its owner the one that the owner agreed to. */
  calledName: string;
  /** Its owner's variables that others added, changed or removed, so that they wait for the owner's yes. */
  heldBack: string[];
}

/** What `resolve` and `environment` choose from. */
export interface Candidates {
  callerActive: boolean;
  receiver: Receiver;
  preferences: Preference[];
  /** Grants that wait for the receiver's answer, up to 100. They are among the candidates only where ids or names are asked for. */
  offers: number;
  candidates: Candidate[];
}

/** Each given list widens the search: a candidate matches any of them. */
export interface CandidateQuery {
  ids?: string[];
  names?: string[];
  serviceTypes?: ServiceType[];
  /** Variables as credentials hold them in `env_names`. */
  envNames?: string[];
  /** Every candidate that has any env name, for `environment`. */
  anyEnvName?: boolean;
}

/** What `resolve` and `environment` choose from, in one statement. */
export interface CandidateReads {
  /**
   * One statement: all active credentials that the caller owns or is granted and that match, with `callerActive`. Where
   * only ids are asked for, without the grants on the way: an id needs no consent.
   */
  candidates(caller: Caller, query: CandidateQuery): Promise<Candidates>;
}
