import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { cancelBulk, getBulk, retryBulk, startBulk } from '../../client/bulk.js';
import { toast } from '../../parts/toasts.js';
import { useAct } from '../../parts/useAct.js';
import { ReasonDialog } from '../reason/ReasonDialog.js';
import { LIST_KEY } from '../useCredentialList.js';

const POLL_MS = 700;
const SHOWN = 100;
/** As many are restored by one request. */
const MOST_UNDONE = 1000;

const WORDS = {
  title: 'Why do you change them?',
  text: 'Some of these credentials are not yours, and others can read them then.',
  verb: 'Retry',
};

/** Follows a job to its end, and what can be done about it. The list is read again when it ends. */
export function useBulkJob(first: string) {
  const [id, setId] = useState(first);
  const [asks, setAsks] = useState(false);
  const client = useQueryClient();
  const queryKey = ['bulk', id];
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => getBulk(id, { state: 'failed', limit: SHOWN }, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.state === 'running' || state.error !== null ? POLL_MS : false,
  });
  const { busy, act } = useAct(queryKey);
  const job = query.data;
  const ended = job !== undefined && job.state !== 'running';
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: [LIST_KEY] });
  }, [ended, client]);
  const again = (reason?: string) => {
    setAsks(false);
    void act('retry', () => retryBulk(id, reason));
  };
  const needsReason = job?.items.some(({ code }) => code === 'reason_required') === true;
  const undo = () =>
    act('undo', async () => {
      const ids = await doneOf(id);
      const restored = await startBulk({ act: 'restore', ids }, `undo-${id}`);
      setId(restored.id);
      toast('Restoring them.');
    });
  return {
    query,
    busy,
    cancel: () => void act('cancel', () => cancelBulk(id)),
    retry: () => (needsReason ? setAsks(true) : again()),
    undo: () => void undo(),
    dialog: asks && <ReasonDialog words={WORDS} onClose={() => setAsks(false)} onReason={again} />,
  };
}

/** The credentials that the job has deleted, as many as one request restores. */
async function doneOf(id: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await getBulk(id, { state: 'done', limit: 200, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.items.map(({ credential_id }) => credential_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && ids.length < MOST_UNDONE);
  return ids;
}
