export const NOTICE_TABS = ['open', 'all', 'channels'] as const;
export type NoticeTab = (typeof NOTICE_TABS)[number];

/** The tab is in the address; what is open unless it says otherwise. */
export function readNoticeSearch(search: Record<string, unknown>): { tab?: NoticeTab } {
  const tab = NOTICE_TABS.find((name) => name === search['tab']);
  return tab === undefined || tab === 'open' ? {} : { tab };
}
