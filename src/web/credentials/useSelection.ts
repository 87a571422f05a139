import { useCallback, useRef, useState } from 'react';

/**
 * Selected rows; with shift, all from the last one to this one. `ids` in the order in which they are shown. Another
 * `list` begins without a selection: what is no longer shown must not be acted on.
 */
export function useSelection(ids: readonly string[], list: string) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [of, setOf] = useState(list);
  if (of !== list) {
    setOf(list);
    setSelected(new Set());
  }
  const last = useRef<string>(undefined);
  const order = useRef(ids);
  order.current = ids;
  const select = useCallback((id: string, on: boolean, range: boolean) => {
    const [from, to] = [order.current.indexOf(range ? (last.current ?? id) : id), order.current.indexOf(id)];
    last.current = id;
    const changed = order.current.slice(Math.min(from, to), Math.max(from, to) + 1);
    setSelected((before) => {
      const next = new Set(before);
      for (const one of changed) on ? next.add(one) : next.delete(one);
      return next;
    });
  }, []);
  const clear = useCallback(() => setSelected(new Set()), []);
  return { selected, select, clear };
}
