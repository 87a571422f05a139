import { instantOf, type LocalDay, localDay } from './localTime.js';
import { DAY_MS } from './units.js';

/** Names in the order of their numbers, the first of which is `from`. */
interface Field {
  name: string;
  from: number;
  to: number;
  words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  // 7 is Sunday too.
  { name: 'day of the week', from: 0, to: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
/** The 29th of February may be eight years away. */
const DAYS_AHEAD = 8 * 366;

interface Cron {
  /** Minutes of the day, in order. */
  times: number[];
  days(day: LocalDay): boolean;
}

/** What is wrong with a cron expression of five fields (POSIX, with `/` and names), as `must …`; undefined: nothing. */
export function cronProblem(expression: string): string | undefined {
  const parsed = parse(expression);
  if (typeof parsed === 'string') return parsed;
  // Every day that there can be is among those of eight years from a leap year on.
  return nextDay(parsed, { year: 2024, month: 1, day: 1 }) === undefined
    ? 'must name a day that exists'
    : undefined;
}

/**
 * The first moment after `after` that the schedule names, read in its time zone. A time that a change of the clocks
 * leaves out counts as the first minute that there is; one that comes twice counts once, the first time.
 */
export function nextDue(schedule: { expression: string; timezone: string }, after: Date): Date {
  const cron = parse(schedule.expression);
  if (typeof cron === 'string') throw new TypeError(`a schedule ${cron}`);
  const { timezone } = schedule;
  // From the day before: where a whole day is left out, its times come in the next.
  let day: LocalDay | undefined = localDay(new Date(after.getTime() - DAY_MS), timezone);
  for (; day !== undefined; day = following(day)) {
    day = nextDay(cron, day);
    if (day === undefined) break;
    const due = firstAfter(cron.times, day, { timezone, after });
    if (due !== undefined) return due;
  }
  throw new RangeError('a schedule that is never due');
}

/** The moments of a day never go back, so half of them can be left out at each look. */
function firstAfter(
  times: readonly number[],
  day: LocalDay,
  { timezone, after }: { timezone: string; after: Date },
): Date | undefined {
  const at = (index: number) => instantOf(day, times[index] ?? 0, timezone);
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) > after) high = middle;
    else low = middle + 1;
  }
  return low < times.length ? at(low) : undefined;
}

function nextDay(cron: Cron, from: LocalDay): LocalDay | undefined {
  let day = from;
  for (let n = 0; n <= DAYS_AHEAD; n += 1, day = following(day)) if (cron.days(day)) return day;
  return undefined;
}

function following({ year, month, day }: LocalDay): LocalDay {
  return ofUtc(new Date(Date.UTC(year, month - 1, day + 1)));
}

function ofUtc(date: Date): LocalDay {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Or what is wrong. */
function parse(expression: string): Cron | string {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) return 'must be a cron expression of five fields, such as 0 6 * * 1';
  const sets: Set<number>[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const set = numbersOf(field, texts[index] ?? '');
    if (typeof set === 'string') return set;
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const inOrder = (set: Set<number>) => [...set].sort((a, b) => a - b);
  const free = (index: number) => texts[index]?.startsWith('*') === true;
  return {
    times: inOrder(hours).flatMap((hour) => inOrder(minutes).map((minute) => 60 * hour + minute)),
    days(date) {
      if (!months.has(date.month)) return false;
      const byMonth = days.has(date.day);
      const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay();
      const byWeek = weekdays.has(weekday) || (weekday === 0 && weekdays.has(7));
      // POSIX: where both are restricted, one of them is enough.
      return free(2) || free(4) ? byMonth && byWeek : byMonth || byWeek;
    },
  };
}

/** The numbers of one field: lists of `*`, `n` or `n-m`, each with `/step` or not. Or what is wrong. */
function numbersOf(field: Field, text: string): Set<number> | string {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step = '1', ...more] = part.split('/');
    const [first = '', last = part.includes('/') ? String(field.to) : first, ...rest] = range.split('-');
    const [from, to] =
      range === '*' ? [field.from, field.to] : [numberOf(field, first), numberOf(field, last)];
    const by = /^[1-9]\d?$/.test(step) ? Number(step) : undefined;
    if (
      from === undefined ||
      to === undefined ||
      by === undefined ||
      from > to ||
      more.length + rest.length > 0
    )
      return `must have a ${field.name} of ${field.from} to ${field.to}, and not ${JSON.stringify(part.slice(0, 20))}`;
    for (let number = from; number <= to; number += by) numbers.add(number);
  }
  return numbers;
}

function numberOf({ from, to, words = [] }: Field, text: string): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  const number = word >= 0 ? word + from : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to ? number : undefined;
}
