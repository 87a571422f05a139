import type {
  CreateCredential,
  CredentialPage,
  ListQuery,
  SavedCredential,
  SeenCredential,
  StoredTestResult,
  TemplateList,
  TestResult,
  UpdateCredential,
} from './contract.js';
import { reasonHeader } from './reason.js';
import { type RequestOptions, request } from './request.js';

type Signal = Pick<RequestOptions, 'signal'>;

export const listCredentials = (query: ListQuery, options: Signal = {}) =>
  request<CredentialPage>('GET', '/api/credentials', { query, ...options });

export const getCredential = (id: string, options: Signal = {}) =>
  request<SeenCredential>('GET', `/api/credentials/${id}`, options);

export const listTemplates = (options: Signal = {}) =>
  request<TemplateList>('GET', '/api/credentials/templates', options);

export const createCredential = (body: CreateCredential, key: string) =>
  request<SavedCredential>('POST', '/api/credentials', { body, headers: { 'Idempotency-Key': key } });

interface Change {
  /** 412 when the credential has another revision by now. */
  revision?: number;
  /** Of an admin who opens what is not shared with them. */
  reason?: string | undefined;
}

/** Changes what is named, and keeps the rest. */
export const updateCredential = (id: string, body: UpdateCredential, { revision, reason }: Change = {}) =>
  request<SavedCredential>('PATCH', `/api/credentials/${id}`, {
    body,
    headers: {
      ...(revision === undefined ? {} : { 'If-Match': `"${revision}"` }),
      ...reasonHeader(reason),
    },
  });

export const deleteCredential = (id: string) => request<void>('DELETE', `/api/credentials/${id}`);
export const restoreCredential = (id: string, reason?: string) =>
  request<void>('POST', `/api/credentials/${id}/restore`, { headers: reasonHeader(reason) });
/** For good, within minutes. */
export const destroyCredential = (id: string) => request<void>('POST', `/api/credentials/${id}/destroy`);

export const testValues = (
  body: { service_type: string; fields: Record<string, unknown> },
  options: Signal,
) => request<TestResult>('POST', '/api/credentials/test', { body, ...options });

export const testCredential = (id: string, version?: number) =>
  request<StoredTestResult>('POST', `/api/credentials/${id}/test`, {
    body: version === undefined ? {} : { version },
  });
