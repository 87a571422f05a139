import type { Offer, OfferPage, OfferState, PreferenceList } from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

export const listOffers = (
  query: { state?: OfferState; limit: number; cursor?: string },
  options: Signal = {},
) => request<OfferPage>('GET', '/api/offers', { query, ...options });

/** Accepts exactly the variables that were seen. */
export const acceptOffer = ({ id, receiver }: Offer, variables: readonly string[], prefer: boolean) =>
  request<Offer>('POST', `/api/offers/${id}/accept`, { body: { variables, prefer, receiver } });

export const declineOffer = ({ id, receiver }: Offer) =>
  request<Offer>('POST', `/api/offers/${id}/decline`, { body: { receiver } });

export const listPreferences = (options: Signal = {}) =>
  request<PreferenceList>('GET', '/api/preferences', options);

export const removePreference = ({ kind, name }: PreferenceList['items'][number]) =>
  request<PreferenceList>('PUT', '/api/preferences', {
    body: { credential_id: null, [kind === 'variable' ? 'variables' : 'service_types']: [name] },
  });
