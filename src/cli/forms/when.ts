import { InvalidArgumentError } from 'commander';
import { HOUR_MS, MINUTE_MS } from '../../domain/time/units.js';

/** What times look like on the command line; part of the help of each option that takes one. */
export const TIME_FORMS = '2027-01-31, "2027-01-31 09:00", 90d, tomorrow or RFC 3339';

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS };
const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 };
const DAY_WORDS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };

/** A time in the future: `90d` is in 90 days. The parsed value is RFC 3339. */
export const ahead = (word: string): string => rfc3339(word, 1, new Date());

/** A time in the past: `90d` is 90 days ago. The parsed value is RFC 3339. */
export const ago = (word: string): string => rfc3339(word, -1, new Date());

/** The same, or "never". */
export const aheadOrNever = (word: string): string => (word === 'never' ? word : ahead(word));

/**
 * A time as people type it → RFC 3339. Dates and times of day are local to this machine; a date alone is its first
 * moment. What has a time zone already goes to the broker as it is.
 */
export function rfc3339(word: string, direction: 1 | -1, now: Date): string {
  const text = word.trim().toLowerCase();
  if (/^\d{4}-\d\d-\d\dt.*(z|[+-]\d\d:\d\d)$/.test(text)) return word.trim();
  const time =
    text === 'now' ? now : (duration(text, direction, now) ?? dayWord(text, now) ?? localTime(text));
  if (time === undefined || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError(`must be a time such as ${TIME_FORMS}`);
  return time.toISOString();
}

/** `90d`, `2w`, `1d12h`, `30m`. Days are calendar days, also where the clock changes. */
function duration(text: string, direction: 1 | -1, now: Date): Date | undefined {
  if (!/^(\d{1,5}[mhdwy])+$/.test(text)) return undefined;
  const time = new Date(now);
  for (const [, count = '', unit = ''] of text.matchAll(/(\d+)([mhdwy])/g)) {
    const amount = direction * Number(count);
    if (unit === 'y') time.setFullYear(time.getFullYear() + amount);
    else if (unit in DAYS) time.setDate(time.getDate() + amount * (DAYS[unit] ?? 0));
    else time.setTime(time.getTime() + amount * (UNITS[unit] ?? 0));
  }
  return time;
}

/** `tomorrow`, `tomorrow 9:00`. */
function dayWord(text: string, now: Date): Date | undefined {
  const [, word = '', hours = '0', minutes = '0'] = /^([a-z]+)(?:\s+(\d{1,2}):(\d\d))?$/.exec(text) ?? [];
  const days = DAY_WORDS[word];
  if (days === undefined) return undefined;
  return local([now.getFullYear(), now.getMonth(), now.getDate() + days], [Number(hours), Number(minutes)]);
}

function localTime(text: string): Date | undefined {
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0'] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[t ](\d{1,2}):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  // 31 February would become 3 March.
  if (date.getMonth() !== Number(month) - 1) return undefined;
  return local(
    [date.getFullYear(), date.getMonth(), date.getDate()],
    [Number(hours), Number(minutes), Number(seconds)],
  );
}

function local(
  [year, month, day]: [number, number, number],
  [hours, minutes, seconds = 0]: [number, number, number?],
): Date | undefined {
  return hours < 24 && minutes < 60 && seconds < 60
    ? new Date(year, month, day, hours, minutes, seconds)
    : undefined;
}
