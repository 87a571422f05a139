import type { Secret, UsagePage, VersionList } from './contract.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

/** All values of a credential. Each call is one row of the audit. Never put the answer into the query cache. */
export const readSecret = (id: string, reason: string | undefined, options: Signal = {}) =>
  request<Secret>('GET', `/api/credentials/${id}/secret`, {
    ...(reason === undefined ? {} : { headers: { 'X-Break-Glass-Reason': headerText(reason) } }),
    ...options,
  });

/** Headers hold bytes: UTF-8, one character for each byte. */
const headerText = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

export const listVersions = (id: string, options: Signal = {}) =>
  request<VersionList>('GET', `/api/credentials/${id}/versions`, options);

export const listUsage = (id: string, options: Signal = {}) =>
  request<UsagePage>('GET', `/api/credentials/${id}/usage`, options);
