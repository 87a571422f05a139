import { useCallback, useEffect, useState } from 'react';

/** How long a value is shown. */
export const SHOWN_S = 30;

/**
 * A value that is shown for a while. It is in the state of one component only: gone after 30 s, when the page is hidden
 * or left, and when the component is.
 */
export function useReveal() {
  const [shown, setShown] = useState<{ value: string; until: number }>();
  const [left, setLeft] = useState(SHOWN_S);
  const hide = useCallback(() => setShown(undefined), []);
  const show = useCallback((value: string) => {
    if (document.visibilityState === 'hidden') return;
    setLeft(SHOWN_S);
    setShown({ value, until: Date.now() + SHOWN_S * 1000 });
  }, []);
  useEffect(() => {
    if (shown === undefined) return;
    const tick = () => {
      const seconds = Math.ceil((shown.until - Date.now()) / 1000);
      if (seconds <= 0) hide();
      else setLeft(seconds);
    };
    const timer = setInterval(tick, 250);
    const onVisibility = () => document.visibilityState === 'hidden' && hide();
    document.addEventListener('visibilitychange', onVisibility);
    window.addEventListener('pagehide', hide);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('pagehide', hide);
    };
  }, [shown, hide]);
  return { value: shown?.value, left, show, hide };
}
