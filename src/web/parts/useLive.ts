import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { followEvents } from '../client/events.js';

const QUIET_MS = 1_000;

/** Asks again for what credentials may have changed: once for all changes that happen within a second. */
export function useLive(...keys: readonly QueryKey[]): void {
  const client = useQueryClient();
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const queryKey of current.current) void client.invalidateQueries({ queryKey });
      }, QUIET_MS);
    };
    void followEvents(reload, leave.signal);
    return () => {
      leave.abort();
      clearTimeout(timer);
    };
  }, [client]);
}
