import type { Request } from 'express';
import { clearTextRule } from '../api/common.js';
import { BrokerError, invalid } from '../domain/errors.js';

/** `If-Match` as a revision; `*` and nothing ask for none. */
export function ifMatch(request: Request): { ifMatch?: number } {
  const header = request.get('if-match');
  if (header === undefined || header === '*') return {};
  const revision = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (revision === undefined)
    throw new BrokerError('precondition_failed', {
      detail: 'If-Match must be the ETag of the credential, e.g. "3".',
    });
  return { ifMatch: Number(revision) };
}

/** `If-None-Match` of a secret (`"v3"`) as the version that the caller already has. */
export function knownVersion(request: Request): { knownVersion?: number } {
  const version = /^"v(\d{1,9})"$/.exec(request.get('if-none-match') ?? '')?.[1];
  return version === undefined ? {} : { knownVersion: Number(version) };
}

/** `Idempotency-Key`, 1 to 255 visible characters. */
export function idempotencyKey(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw invalid({ field: 'Idempotency-Key', rule: 'must be 1 to 255 visible characters' });
  return key;
}

/** A one-line header of at most 255 characters, e.g. `X-Used-By`; bytes beyond ASCII are UTF-8. */
export function shortHeader(request: Request, name: string): string | undefined {
  const value = Buffer.from(request.get(name) ?? '', 'latin1')
    .toString('utf8')
    .trim();
  if (value === '') return undefined;
  if (value.length > 255) throw invalid({ field: name, rule: 'must be at most 255 characters' });
  const rule = clearTextRule(value);
  if (rule !== undefined) throw invalid({ field: name, rule });
  return value;
}
