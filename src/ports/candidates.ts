/** What `resolve` and `environment` choose from. */
import type { Reached, Receiver } from '../domain/claims.js';
import type { Credential } from '../domain/credential.js';
import type { Standing } from '../domain/grant.js';
import type { ServiceType } from '../domain/serviceType.js';
import type { Preference } from '../domain/variablePlan.js';

/** A credential that the caller owns or holds a grant on, with what decides whether and since when it counts. */
export interface Candidate extends Standing, Reached {
  credential: Credential;
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
