import type { AuditSearch } from '../client/contract.js';

const NAMES = ['actor', 'action', 'outcome', 'credential_id', 'request_id', 'from', 'to'] as const;

/** Reads the filters from the address. The server says what is wrong with a value. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const pairs = NAMES.map((name) => [name, search[name]] as const);
  return Object.fromEntries(
    pairs.filter(([, value]) => typeof value === 'string' && value !== ''),
  ) as AuditSearch;
}
