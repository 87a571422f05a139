import { useRef, useState } from 'react';
import { countBulk, startBulk } from '../../client/bulk.js';
import type { BulkFilter } from '../../client/contract.js';
import { useAct } from '../../parts/useAct.js';
import { type ListSearch, queryOf } from '../listSearch.js';
import type { Act } from './bulkWords.js';

/** What is selected: the rows, or all that match the filters; and the job that was started on them. */
export function useBulk(selected: ReadonlySet<string>, search: ListSearch) {
  const [all, setAll] = useState<number>();
  const [jobId, setJobId] = useState<string>();
  const { busy, act } = useAct();
  const key = useRef<{ text: string; key: string }>(undefined);
  const filter = filterOf(search);
  const start = async (what: Act): Promise<void> => {
    const body = { ...what, ...(all === undefined ? { ids: [...selected] } : { filter }) };
    // The same request again, after an answer that was lost, starts nothing more.
    const text = JSON.stringify(body);
    if (key.current?.text !== text) key.current = { text, key: crypto.randomUUID() };
    const { id } = await startBulk(body, key.current.key);
    key.current = undefined;
    setJobId(id);
  };
  return {
    /** How many an act covers. */
    count: all ?? selected.size,
    isAll: all !== undefined,
    busy,
    jobId,
    closeJob: () => setJobId(undefined),
    selectAll: () => void act('count', async () => setAll((await countBulk(filter)).total)),
    selectRows: () => setAll(undefined),
    start,
    /** For an act without a dialog: an error is a toast. */
    startNow: (what: Act) => void act(what.act, () => start(what)),
  };
}

function filterOf(search: ListSearch): BulkFilter {
  const { sort: _sort, limit: _limit, cursor: _cursor, ...filter } = queryOf(search);
  return filter;
}
