import type {
  ConsumerList,
  Credential,
  HealthReport,
  RotateCredential,
  SavedCredential,
  Secret,
  TestRunPage,
  UsagePage,
  VersionList,
} from './contract.js';
import { reasonHeader } from './reason.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

/** All values of a credential. Each call is one row of the audit. Never put the answer into the query cache. */
export const readSecret = (id: string, reason: string | undefined, options: Signal = {}) =>
  request<Secret>('GET', `/api/credentials/${id}/secret`, { headers: reasonHeader(reason), ...options });

export const listVersions = (id: string, options: Signal = {}) =>
  request<VersionList>('GET', `/api/credentials/${id}/versions`, options);

export const listUsage = (id: string, query: { cursor?: string; limit: number }, options: Signal = {}) =>
  request<UsagePage>('GET', `/api/credentials/${id}/usage`, { query, ...options });

/** Who used it in the last 30 days. */
export const listConsumers = (id: string, options: Signal = {}) =>
  request<ConsumerList>('GET', `/api/credentials/${id}/usage/consumers`, options);

export const getHealth = (id: string, options: Signal = {}) =>
  request<HealthReport>('GET', `/api/credentials/${id}/health`, options);

export const listTests = (id: string, query: { cursor?: string; limit: number }, options: Signal = {}) =>
  request<TestRunPage>('GET', `/api/credentials/${id}/tests`, { query, ...options });

export const activateVersion = (id: string, version: number, reason?: string) =>
  request<Credential>('POST', `/api/credentials/${id}/versions/${version}/activate`, {
    body: reason === undefined ? {} : { reason },
  });

/** New values become a new, active version, unless the service refuses them. */
export const rotateCredential = (id: string, body: RotateCredential, key: string) =>
  request<SavedCredential>('POST', `/api/credentials/${id}/rotate`, {
    body,
    headers: { 'Idempotency-Key': key },
  });
