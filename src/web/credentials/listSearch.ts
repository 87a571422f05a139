import { HEALTHS } from '../../domain/credentials/credential.js';
import { SERVICE_TYPES, type ServiceType } from '../../domain/credentials/serviceType.js';
import type { ListQuery } from '../client/contract.js';

/** The filters of the list, as they are in the address. */
export interface ListSearch {
  q?: string;
  type?: ServiceType;
  health?: (typeof HEALTHS)[number];
  team?: string;
  owner?: string;
  label?: string;
  status?: 'deleted' | 'disabled';
}

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
const oneOf = <T extends string>(words: readonly T[], value: unknown): T | undefined =>
  words.find((one) => one === value);

/** Reads the address; what is no filter is dropped. */
export function readListSearch(search: Record<string, unknown>): ListSearch {
  const read = {
    q: word(search['q']),
    type: oneOf(SERVICE_TYPES, search['type']),
    health: oneOf(HEALTHS, search['health']),
    team: word(search['team']),
    owner: word(search['owner']),
    label: word(search['label']),
    status: oneOf(['deleted', 'disabled'] as const, search['status']),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** What the API is asked for. */
export function queryOf({ type, label, ...rest }: ListSearch): ListQuery {
  const renamed = { ...(type && { service_type: type }), ...(label && { label: [label] }) };
  return { ...rest, ...renamed, limit: 100 };
}

export const isFiltered = (search: ListSearch): boolean => Object.keys(search).length > 0;
