import type { Health } from '../credentials/credential.js';
import { DAY_MS } from '../time/units.js';

/** From then on the health was that, until the next mark. */
export interface HealthMark {
  at: Date;
  health: Health;
}

export interface Uptime {
  /** Share of the checked time in which the service took the credential; null where nothing was checked. */
  ratio: number | null;
  /** How much of the window is known. */
  checkedMs: number;
}

/** Windows in which uptime is reported, and their length. */
export const UPTIME_WINDOWS = { '24h': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS } as const;
export type UptimeWindow = keyof typeof UPTIME_WINDOWS;

/** The longest of them. */
export const LONGEST_WINDOW_MS = Math.max(...Object.values(UPTIME_WINDOWS));

/** `limited` counts: the service took the credential. */
const UP: readonly Health[] = ['ok', 'limited'];

/**
 * By time, not by number of tests: each state lasts until the next mark. `marks` are in order and begin with what was
 * true when the window began, if anything was. Time without a verdict (`unchecked`, and before the first mark) does not
 * count.
 */
export function uptime(marks: readonly HealthMark[], from: Date, to: Date): Uptime {
  let checkedMs = 0;
  let upMs = 0;
  for (const [index, { at, health }] of marks.entries()) {
    const begin = Math.max(at.getTime(), from.getTime());
    const end = Math.min((marks[index + 1]?.at ?? to).getTime(), to.getTime());
    if (health === 'unchecked' || end <= begin) continue;
    checkedMs += end - begin;
    if (UP.includes(health)) upMs += end - begin;
  }
  return { ratio: checkedMs === 0 ? null : upMs / checkedMs, checkedMs };
}

/** One day of a history: its share of uptime, and the worst health in it; null where nothing was checked. */
export interface DayOfHealth extends Uptime {
  from: Date;
  worst: Health | null;
}

/** From the worst to the best. */
const WORST_FIRST: readonly Health[] = ['rejected', 'unreachable', 'limited', 'ok'];

/** The last `days` times 24 hours before `to`, oldest first. `marks` as for `uptime`. */
export function healthByDay(marks: readonly HealthMark[], days: number, to: Date): DayOfHealth[] {
  return Array.from({ length: days }, (_, index) => {
    const from = new Date(to.getTime() - (days - index) * DAY_MS);
    const end = new Date(from.getTime() + DAY_MS);
    const seen = marks
      .filter(({ at }, mark) => at < end && (marks[mark + 1]?.at ?? to) > from)
      .map(({ health }) => health);
    return {
      from,
      ...uptime(marks, from, end),
      worst: WORST_FIRST.find((one) => seen.includes(one)) ?? null,
    };
  });
}
