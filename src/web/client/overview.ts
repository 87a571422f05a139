import type { CredentialSummary, OfferPage } from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

export const getSummary = (options: Signal = {}) =>
  request<CredentialSummary>('GET', '/api/credentials/summary', options);

/** Offers that wait for an answer of this person, at most five. */
export const listOpenOffers = (options: Signal = {}) =>
  request<OfferPage>('GET', '/api/offers', { query: { state: 'open', limit: 5 }, ...options });
