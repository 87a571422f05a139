import { lazy, Suspense, useState } from 'react';
import { useKeys } from './keys.js';

const KeyList = lazy(() => import('./KeyList.js').then((module) => ({ default: module.KeyList })));

/** `?` shows what each key does. */
export function KeyListDialog() {
  const [isOpen, setOpen] = useState(false);
  useKeys([{ keys: '?', label: 'Show the keys', run: () => setOpen(true) }]);
  return isOpen ? (
    <Suspense>
      <KeyList onClose={() => setOpen(false)} />
    </Suspense>
  ) : null;
}
