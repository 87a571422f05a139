import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { followEvents } from '../client/events.js';
import { getSummary, listOpenOffers } from '../client/overview.js';

const SUMMARY = 'summary';
const OFFERS = 'open-offers';
const QUIET_MS = 1_000;

export const useSummary = () =>
  useQuery({ queryKey: [SUMMARY], queryFn: ({ signal }) => getSummary({ signal }) });

export const useOpenOffers = () =>
  useQuery({ queryKey: [OFFERS], queryFn: ({ signal }) => listOpenOffers({ signal }) });

/** Asks again after changes: once for all that happen within a second. */
export function useLiveOverview(): void {
  const client = useQueryClient();
  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const key of [SUMMARY, OFFERS]) void client.invalidateQueries({ queryKey: [key] });
      }, QUIET_MS);
    };
    void followEvents(reload, leave.signal);
    return () => {
      leave.abort();
      clearTimeout(timer);
    };
  }, [client]);
}
