/** What lists can be ordered by. `group`: the groups of services, then names. */
export const LIST_KEYS = ['group', 'name', 'health', 'expires_at', 'last_tested_at', 'created_at'] as const;
export type ListKey = (typeof LIST_KEYS)[number];

/** An order of a list; with `-` the other way round. */
export type ListOrder = ListKey | `-${ListKey}`;

export const LIST_ORDERS: readonly ListOrder[] = LIST_KEYS.flatMap((key) => [key, `-${key}`] as const);
