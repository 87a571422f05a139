/** One thing that was looked at. */
export interface DoctorCheck {
  what: string;
  status: 'ok' | 'warn' | 'fail';
  text: string;
  /** What to do about it; given for `warn` and `fail`. */
  wayOut?: string;
}

export const ok = (what: string, text: string): DoctorCheck => ({ what, status: 'ok', text });
export const warn = (what: string, text: string, wayOut: string): DoctorCheck => ({
  what,
  status: 'warn',
  text,
  wayOut,
});
export const fail = (what: string, text: string, wayOut: string): DoctorCheck => ({
  what,
  status: 'fail',
  text,
  wayOut,
});
