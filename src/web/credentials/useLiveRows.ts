import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { getCredential } from '../client/credentials.js';
import { followEvents, type ServerEvent } from '../client/events.js';
import { LIST_KEY, usePatchRow } from './useCredentialList.js';

/** Kinds after which a list has other rows than before. */
const OTHER_ROWS = /^(reset|credential\.(created|granted|revoked|deleted|enabled|destroyed))$/;
const QUIET_MS = 1_000;

/** Keeps the lists up to date by events: one changed row is one request, never the whole list. */
export function useLiveRows(): void {
  const client = useQueryClient();
  const patch = usePatchRow();
  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void client.invalidateQueries({ queryKey: [LIST_KEY] }), QUIET_MS);
    };
    const onEvent = ({ kind, data }: ServerEvent) => {
      if (OTHER_ROWS.test(kind)) return reload();
      const { credential } = JSON.parse(data) as { credential: { id: string } };
      getCredential(credential.id, { signal: leave.signal }).then(
        (changed) => patch(credential.id, changed),
        () => undefined,
      );
    };
    void followEvents(onEvent, leave.signal);
    return () => {
      leave.abort();
      clearTimeout(timer);
    };
  }, [client, patch]);
}
