export const TABS = ['fields', 'versions', 'usage', 'access', 'activity'] as const;
export type Tab = (typeof TABS)[number];

/** The tab is in the address, so that it can be shared and back works. */
export function readDetailSearch(search: Record<string, unknown>): { tab?: Tab } {
  const tab = TABS.find((name) => name === search['tab']);
  return tab === undefined || tab === 'fields' ? {} : { tab };
}
