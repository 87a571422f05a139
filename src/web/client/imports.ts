import type { ImportAnswer, ImportEnv } from './contract.js';
import { type RequestOptions, request } from './request.js';

/** What would be imported. Nothing is stored. */
export const previewEnv = (body: ImportEnv, options: Pick<RequestOptions, 'signal'> = {}) =>
  request<ImportAnswer>('POST', '/api/imports/env', { body: { ...body, dry_run: true }, ...options });

export const importEnv = (body: ImportEnv, key: string) =>
  request<ImportAnswer>('POST', '/api/imports/env', {
    body: { ...body, dry_run: false },
    headers: { 'Idempotency-Key': key },
  });
