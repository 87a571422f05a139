import type { FindingPage, NoticePage } from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

/** The newest notices of the user; of an admin those of all. */
export const listNotices = (options: Signal = {}) =>
  request<NoticePage>('GET', '/api/notifications', { query: { limit: 200 }, ...options });

export const acknowledgeNotice = (id: string) =>
  request<void>('POST', `/api/notifications/${id}/acknowledge`);

export const snoozeNotice = (id: string, until: string) =>
  request<void>('POST', `/api/notifications/${id}/snooze`, { body: { until } });

/** What is different in Vault, on credentials that the user owns or manages. */
export const listFindings = (options: Signal = {}) =>
  request<FindingPage>('GET', '/api/findings', { query: { limit: 200 }, ...options });
