/** One thing that was looked at. */
export interface Finding {
  what: string;
  status: 'ok' | 'warn' | 'fail';
  text: string;
  /** What to do about it; given for `warn` and `fail`. */
  wayOut?: string;
}

export const ok = (what: string, text: string): Finding => ({ what, status: 'ok', text });
export const warn = (what: string, text: string, wayOut: string): Finding => ({
  what,
  status: 'warn',
  text,
  wayOut,
});
export const fail = (what: string, text: string, wayOut: string): Finding => ({
  what,
  status: 'fail',
  text,
  wayOut,
});
