import { useQuery } from '@tanstack/react-query';
import { getSummary, listOpenOffers } from '../client/overview.js';
import { useLive } from '../parts/useLive.js';

const SUMMARY = 'summary';
const OFFERS = 'open-offers';

export const useSummary = () =>
  useQuery({ queryKey: [SUMMARY], queryFn: ({ signal }) => getSummary({ signal }) });

export const useOpenOffers = () =>
  useQuery({ queryKey: [OFFERS], queryFn: ({ signal }) => listOpenOffers({ signal }) });

/** Follows what happens to credentials. */
export const useLiveOverview = (): void => useLive([SUMMARY], [OFFERS]);
