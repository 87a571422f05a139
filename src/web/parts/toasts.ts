/** A short message in the corner, with at most one action. */
export interface Toast {
  id: number;
  text: string;
  tone: 'done' | 'failed';
  /** How long it is shown. */
  ms: number;
  action?: { label: string; run(): void };
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(changed: readonly Toast[]): void {
  toasts = changed;
  for (const listener of listeners) listener();
}

export const closeToast = (id: number): void => set(toasts.filter((toast) => toast.id !== id));
export const currentToasts = (): readonly Toast[] => toasts;
export function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Shows what was done, for 10 s: long enough to press Undo. */
export function toast(text: string, options: Partial<Pick<Toast, 'tone' | 'ms' | 'action'>> = {}): void {
  const { tone = 'done', ms = 10_000 } = options;
  const shown: Toast = { id: next++, text, tone, ms, ...(options.action && { action: options.action }) };
  set([...toasts.slice(-3), shown]);
  setTimeout(() => closeToast(shown.id), ms);
}
