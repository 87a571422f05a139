/** What somebody gives a receiver that fills nothing until the receiver accepts it. */
import type { ClaimHistory, OfferState, ReachingGrant, Receiver } from '../domain/access/claims.js';
import type { Credential } from '../domain/credentials/credential.js';
import type { Preference } from '../domain/environment/variablePlan.js';
import type { Page, PageRequest } from './page.js';

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
