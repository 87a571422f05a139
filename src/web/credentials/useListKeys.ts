import { useNavigate } from '@tanstack/react-router';
import { useKeys } from '../app/keys.js';
import type { ListedCredential } from '../client/contract.js';

interface KeyTargets {
  shown: readonly ListedCredential[];
  current: string | undefined;
  setCurrent(id: string): void;
  selected: ReadonlySet<string>;
  select(id: string, on: boolean, range: boolean): void;
  test(credential: ListedCredential): void;
}

/** The keys of the list. They act on the current row, which `j` and `k` move. */
export function useListKeys({ shown, current, setCurrent, selected, select, test }: KeyTargets): void {
  const navigate = useNavigate();
  const index = shown.findIndex(({ id }) => id === current);
  const move = (by: number) => {
    const next = shown[Math.min(shown.length - 1, Math.max(0, index + by))];
    if (next === undefined) return;
    setCurrent(next.id);
    document.querySelector(`[data-id="${next.id}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const withCurrent = (run: (credential: ListedCredential) => void) => () => {
    const credential = shown[index];
    if (credential !== undefined) run(credential);
  };
  useKeys([
    { keys: '/', label: 'Search', run: () => document.getElementById('search')?.focus() },
    { keys: 'j', label: 'Next credential', run: () => move(1) },
    { keys: 'k', label: 'Previous credential', run: () => move(-1) },
    {
      keys: 'Enter',
      label: 'Open',
      run: withCurrent(({ id }) => void navigate({ to: '/credentials/$id', params: { id } })),
    },
    { keys: 'x', label: 'Select', run: withCurrent(({ id }) => select(id, !selected.has(id), false)) },
    { keys: 't', label: 'Test', run: withCurrent(test) },
    {
      keys: 'n',
      label: 'Add a credential',
      run: () => void navigate({ to: '/credentials/new', search: {} }),
    },
  ]);
}
