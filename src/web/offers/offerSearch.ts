import { OFFER_STATES, type OfferState } from '../../domain/access/claims.js';

/** Which offers are shown; open ones unless the address says otherwise. */
export function readOfferSearch(search: Record<string, unknown>): { state?: OfferState } {
  const state = OFFER_STATES.find((one) => one === search['state']);
  return state === undefined || state === 'open' ? {} : { state };
}
