/** Grants, the offers that they are to their receivers, and what receivers prefer. */
import type { Caller, Role } from '../domain/access/caller.js';
import type { ClaimHistory, OfferState, ReachingGrant, Receiver } from '../domain/access/claims.js';
import type { Grant } from '../domain/access/grant.js';
import type { Credential } from '../domain/credentials/credential.js';
import type { Preference } from '../domain/environment/variablePlan.js';
import type { Page, PageRequest } from './page.js';

/** A grant as it is given. */
export interface GivenGrant extends Grant {
  /** The role of the giver at that time. */
  giverRole?: Role;
  /** It fills variables without the consent of the receivers; left out: it is an offer. */
  confirmed?: boolean;
}

/** A grant to one receiver. Its id is the grant's: one that is taken back and given again is another offer. */
export interface Offer {
  grant: ReachingGrant;
  givenAt: Date;
  expiresAt: Date | null;
  receiver: Receiver;
  credential: Credential;
  history: ClaimHistory;
  declined: boolean;
  /** Variables that the receiver does not want to be asked about again. */
  refused: string[];
}

/** Whose offers are looked at, with the roles whose grants reach them. */
export interface OfferReceiver extends Receiver {
  roles: string[];
}

/** An answer of a receiver, or of the keeper of the account that is the receiver. */
export interface OfferAnswer {
  grantId: string;
  principal: string;
  credentialId: string;
  answer: 'accepted' | 'declined';
  /** Added to the accepted ones; of a decline: none is left. */
  variables: string[];
  /** Added to the refused ones. */
  refused: string[];
  by: string;
  at: Date;
}

/** What a receiver prefers; null: nothing any more. */
export interface PreferenceChange extends Pick<Preference, 'kind' | 'name'> {
  principal: string;
  credentialId: string | null;
  by: string;
  at: Date;
}

export interface OfferReads {
  /** Newest first; `open` ones may be fewer than the page, since consent is decided by more than the statement sees. */
  offers(
    receivers: readonly OfferReceiver[],
    state: OfferState | undefined,
    page: PageRequest,
  ): Promise<Page<Offer>>;
  offer(receiver: OfferReceiver, id: string): Promise<Offer | null>;
  /** Who accepted something of a credential, and still has the grant. */
  acceptors(credentialId: string): Promise<string[]>;
  preferences(principal: string): Promise<Preference[]>;
}

/** What its owner is notified of when a credential opens to another user. */
export type OpenedCredential = Pick<Credential, 'id' | 'name' | 'owner'>;

/** What becomes readable to a user by joining a team or getting an account. */
export interface OpenedReads {
  /** What these may read by a grant (none to a role) or, `owned`, own, and the caller neither owns nor holds at a level. */
  openedTo(
    reached: { teams: string[]; principals: string[]; owned: boolean },
    apart: { caller: Caller; level: 'read' | 'manage' },
  ): Promise<OpenedCredential[]>;
}

/** Changes to grants. */
export interface GrantWrites {
  /**
   * Existing grants keep their giver and their start, unless they had expired, give values only now, or come from a
   * giver who needs no consent.
   */
  replaceGrants(credentialId: string, grants: GivenGrant[], by: string, at: Date): Promise<void>;
}

/** Answers of receivers, and what they prefer. */
export interface OfferWrites {
  /** Keeps the moments of variables that were accepted before. A yes also undoes a decline of the same credential. */
  answerOffer(answer: OfferAnswer): Promise<void>;
  setPreference(change: PreferenceChange): Promise<void>;
}
