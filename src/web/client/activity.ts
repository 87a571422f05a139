import type { FindingPage } from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

/** What is different in Vault, on credentials that the user owns or manages. */
export const listFindings = (options: Signal = {}) =>
  request<FindingPage>('GET', '/api/findings', { query: { limit: 200 }, ...options });
