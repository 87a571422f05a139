import { useEffect, useRef } from 'react';

/** What each key does, for `?` and Settings. Keys of one page are listed where the page registers them. */
export interface KeyAction {
  /** A key, or two in a row: `g l`. */
  keys: string;
  label: string;
  run(): void;
}

const OFF = 'glassdome-keys-off';
export const areKeysOn = (): boolean => localStorage.getItem(OFF) === null;
export function setKeysOn(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, 'yes');
}

const registered = new Set<{ current: readonly KeyAction[] }>();
/** Everything that a key does now. */
export const knownKeys = (): KeyAction[] => [...registered].flatMap(({ current }) => [...current]);

/** True where a key is text, or belongs to an open dialog. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
    return !(target instanceof HTMLInputElement && target.type === 'checkbox');
  return target.closest('[role="dialog"],[role="menu"],[role="listbox"]') !== null;
}

/** Enter presses the button or follows the link that has the focus, whatever else it does on the page. */
const isPressing = ({ key, target }: KeyboardEvent): boolean =>
  key === 'Enter' && target instanceof HTMLElement && target.closest('a,button,summary') !== null;

let first = '';
let firstAt = 0;
const TOGETHER_MS = 1_000;

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !areKeysOn()) return;
  if (isTyping(event.target) || isPressing(event)) return;
  const together = Date.now() - firstAt < TOGETHER_MS ? `${first} ${event.key}` : event.key;
  const all = knownKeys();
  const action =
    all.findLast(({ keys }) => keys === together) ?? all.findLast(({ keys }) => keys === event.key);
  [first, firstAt] = [event.key, Date.now()];
  if (action === undefined) return;
  event.preventDefault();
  action.run();
}

/** Binds keys for as long as the component is shown. They are off while a field or a dialog has the focus. */
export function useKeys(actions: readonly KeyAction[]): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    registered.add(current);
    if (registered.size === 1) document.addEventListener('keydown', onKey);
    return () => {
      registered.delete(current);
      if (registered.size === 0) document.removeEventListener('keydown', onKey);
    };
  }, []);
}
