import { DAY_MS, MINUTE_MS } from './units.js';
/** A day of the calendar; `month` from 1. */
export interface LocalDay {
  year: number;
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day that a calendar in the time zone shows at `instant`. */
export function localDay(instant: Date, timezone: string): LocalDay {
  const local = new Date(instant.getTime() + offsetAt(instant.getTime(), timezone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/**
 * The moment at which clocks in the time zone show that many minutes after midnight of the day. Of two the first; where
 * clocks are put forward past it, the first minute behind the gap.
 */
export function instantOf({ year, month, day }: LocalDay, minutes: number, timezone: string): Date {
  const local = Date.UTC(year, month - 1, day) + minutes * MINUTE_MS;
  const before = offsetAt(local - DAY_MS, timezone);
  const behind = offsetAt(local + DAY_MS, timezone);
  const candidates = [local - before, local - behind].sort((a, b) => a - b);
  const shown = candidates.find((instant) => instant + offsetAt(instant, timezone) === local);
  return new Date(shown ?? changeBetween(candidates, timezone));
}

/** Between the two the clocks are put forward. */
function changeBetween([early = 0, late = 0]: number[], timezone: string): number {
  const offset = offsetAt(late, timezone);
  let [low, high] = [early, late];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / MINUTE_MS / 2) * MINUTE_MS;
    if (offsetAt(middle, timezone) === offset) high = middle;
    else low = middle;
  }
  return high;
}

/** How far local clocks are ahead of UTC, in whole minutes as milliseconds. */
function offsetAt(instant: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute', number>;
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute);
  return local - Math.floor(instant / MINUTE_MS) * MINUTE_MS;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(timezone, made);
  return made;
}
