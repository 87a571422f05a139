import { lazy, Suspense, useEffect, useState } from 'react';
import classes from './Frame.module.css';

const Palette = lazy(() => import('./Palette.js').then((module) => ({ default: module.Palette })));

/** Opens the palette, which is loaded when it is first wanted. Ctrl or ⌘ with K does the same, also while typing. */
export function PaletteButton() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button type="button" className={classes['palette']} onClick={() => setOpen(true)}>
        <span>Search or run a command</span> <kbd>Ctrl K</kbd>
      </button>
      {isOpen && (
        <Suspense>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
