import type { AuditPage, AuditProof, AuditSearch } from './contract.js';
import { type RequestOptions, request } from './request.js';

export const listAudit = (
  query: AuditSearch & { cursor?: string; limit: number },
  options: Pick<RequestOptions, 'signal'> = {},
) => request<AuditPage>('GET', '/api/audit', { query, ...options });

export const verifyAudit = () => request<AuditProof>('GET', '/api/audit/verify');
