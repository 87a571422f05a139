export const PEOPLE_TABS = ['teams', 'people', 'accounts', 'blocked'] as const;
export type PeopleTab = (typeof PEOPLE_TABS)[number];

/** The tab is in the address; teams unless it says otherwise. */
export function readPeopleSearch(search: Record<string, unknown>): { tab?: PeopleTab } {
  const tab = PEOPLE_TABS.find((name) => name === search['tab']);
  return tab === undefined || tab === 'teams' ? {} : { tab };
}
