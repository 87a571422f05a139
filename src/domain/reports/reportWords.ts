import { isBlocked } from '../testing/health.js';
import { moment } from '../text/moment.js';
import { DAY_MS } from '../time/units.js';
import type { Report, ReportLine, ReportList, ReportSection } from './report.js';

/** A report as it is shown. */
export interface ShownReport {
  team: string | null;
  from: Date;
  to: Date;
  body: Report;
}

export const TITLES: Readonly<Record<ReportList, string>> = {
  broke: 'Broke',
  healed: 'Healed',
  broken_now: 'Not working now',
  expired: 'Ended',
  expiring: 'Expire within 30 days',
  rotation_overdue: 'Rotation overdue',
  rotation_due: 'Due for rotation within 30 days',
  over_privileged: 'With more permissions than needed',
  drift: 'Changed in Vault outside the broker',
  unused: 'Not used for 90 days',
  oldest_secrets: 'Oldest secrets',
  who_used: 'Who used what',
};

export const titleOf = ({ team }: ShownReport): string =>
  `Health report of ${team === null ? 'all credentials' : `team ${team}`}`;

/** People see at most this many lines of a list; the tables for programs have all. */
export const MOST_SHOWN = 20;

/** What the shown lines of a list leave out, and where the rest of what is kept can be read; nothing where they are all. */
export function restWords({ count, lines }: ReportSection): string {
  const left = count - Math.min(lines.length, MOST_SHOWN);
  if (left === 0) return '';
  const elsewhere = lines.length - MOST_SHOWN;
  if (elsewhere <= 0) return `… and ${left} more`;
  return elsewhere === left
    ? `… and ${left} more: as CSV or JSON`
    : `… and ${left} more, ${elsewhere} of them as CSV or JSON`;
}

/** What a list says of one of its credentials, in a few words. `to` is the end of the report. */
export function wordsOf(list: ReportList, line: ReportLine, to: Date): string {
  const at = line.at ?? '';
  const code = (line.code ?? '').replaceAll(' ', ', ').replaceAll('_', ' ');
  switch (list) {
    case 'healed':
      return moment(at);
    case 'broke':
    case 'drift':
      return `${moment(at)}: ${code}`;
    case 'broken_now':
      return isBlocked(line.code) ? 'Blocked by the broker’s network policy' : code;
    case 'over_privileged':
      return code;
    case 'expired':
      return `expired ${moment(at)}`;
    case 'expiring':
      return `expires ${moment(at)}, in ${days(at, to)}`;
    case 'rotation_overdue':
      return `was due ${moment(at)}, ${days(at, to)} ago`;
    case 'rotation_due':
      return `due ${moment(at)}, in ${days(at, to)}`;
    case 'unused':
      return line.code === null
        ? `last ${moment(at)}, ${days(at, to)} ago`
        : `never, stored ${days(at, to)} ago`;
    case 'oldest_secrets':
      return `${days(at, to)} old, since ${at.slice(0, 10)}`;
    case 'who_used':
      return usesOf(line);
  }
}

const usesOf = ({ uses, failed }: ReportLine): string =>
  `${uses} ${uses === 1 ? 'use' : 'uses'}${failed === 0 ? '' : `, ${failed} failed`}`;

/** Who used it, and as which consumer if that is another name; nothing in other lists. */
export const userOf = ({ used_by: usedBy, caller }: ReportLine): string =>
  usedBy === null ? '' : `${usedBy}${caller === usedBy ? '' : ` as ${caller}`}`;

function days(at: string, to: Date): string {
  const count = Math.floor(Math.abs(to.getTime() - new Date(at).getTime()) / DAY_MS);
  return count === 1 ? '1 day' : `${count} days`;
}

/** `+2`, `−1`, or nothing where it is as it was. */
export const change = (now: number, before: number | undefined): string => {
  if (before === undefined || now === before) return '';
  return now > before ? `+${now - before}` : `−${before - now}`;
};
