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
  /** Only what needs somebody. */
  attention?: 'true';
  /** Only what was not used for so many days. */
  unused?: '90';
  /** Left out: by groups. */
  sort?: ListSort;
}

/** The orders that the page offers, with their words. */
export const LIST_SORTS = {
  group: 'By service',
  name: 'By name',
  health: 'Worst first',
  expires_at: 'Next to expire',
  last_tested_at: 'Longest untested',
  '-created_at': 'Newest first',
} as const;
export type ListSort = keyof typeof LIST_SORTS;
const SORTS = Object.keys(LIST_SORTS) as ListSort[];

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
    // The router reads `true` as a boolean.
    attention: oneOf(['true'] as const, String(search['attention'])),
    unused: oneOf(['90'] as const, String(search['unused'])),
    sort: oneOf(SORTS, search['sort']),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** The beginning of the day, so that the same list is asked for again. */
const daysAgo = (days: number): string =>
  `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;

/** What the API is asked for. */
export function queryOf({ type, label, unused, sort = 'group', ...rest }: ListSearch): ListQuery {
  const renamed = {
    ...(type && { service_type: type }),
    ...(label && { label: [label] }),
    ...(unused && { unused_since: daysAgo(Number(unused)) }),
  };
  return { ...rest, ...renamed, sort, limit: 100 };
}

export const isFiltered = ({ sort: _order, ...filters }: ListSearch): boolean =>
  Object.keys(filters).length > 0;
