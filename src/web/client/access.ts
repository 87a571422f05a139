import type { Grant, Grants } from './contract.js';
import { reasonHeader } from './reason.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

export const listGrants = (id: string, options: Signal = {}) =>
  request<Grants>('GET', `/api/credentials/${id}/grants`, options);

/** The list replaces all grants. `conflict` where others changed them at the same time. */
export const replaceGrants = (id: string, grants: readonly Grant[], reason?: string) =>
  request<Grants>('PUT', `/api/credentials/${id}/grants`, {
    body: { grants },
    headers: reasonHeader(reason),
  });
