import type { Severity } from './notice.js';

/** When a channel must not disturb, by the clock of `timezone`. */
export interface QuietHours {
  /** `HH:MM`; after `to` it lasts over midnight. */
  from: string;
  to: string;
  timezone: string;
  /** What is at least so urgent is sent all the same; null: nothing. */
  letThrough: Severity | null;
}

/** Whether `name` is a time zone, such as `Europe/Berlin`. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether it is quiet at `now`. By local time, so an hour that a clock change repeats is quiet twice. */
export function isQuiet({ from, to, timezone }: QuietHours, now: Date): boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
  return from < to ? clock >= from && clock < to : clock >= from || clock < to;
}

/** What may be sent at `now`: everything from this severity up; null: nothing. */
export function leastSent(quiet: QuietHours | null, now: Date): Severity | null {
  return quiet === null || !isQuiet(quiet, now) ? 'info' : quiet.letThrough;
}
