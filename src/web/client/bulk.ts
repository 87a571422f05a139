import type { BulkCount, BulkFilter, BulkJob, BulkRequest, BulkResults } from './contract.js';
import { reasonHeader } from './reason.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

/** Starts one act on many credentials; the same key starts it once. */
export const startBulk = (body: BulkRequest, key: string) =>
  request<BulkJob>('POST', '/api/bulk', { body, headers: { 'Idempotency-Key': key } });

/** How many credentials match now. */
export const countBulk = (filter: BulkFilter) =>
  request<BulkCount>('POST', '/api/bulk/count', { body: { filter } });

/** A job, and its items in one state. */
export const getBulk = (
  id: string,
  query: { state?: string; limit: number; cursor?: string },
  options: Signal = {},
) => request<BulkResults>('GET', `/api/bulk/${id}`, { query, ...options });

/** Skips what waits. */
export const cancelBulk = (id: string) => request<BulkJob>('POST', `/api/bulk/${id}/cancel`, { body: {} });

/** The failed items are tried again, with an admin's reason where one is given. */
export const retryBulk = (id: string, reason?: string) =>
  request<BulkJob>('POST', `/api/bulk/${id}/retry`, { body: {}, headers: reasonHeader(reason) });
