import { HEALTHS, type Health } from '../credentials/credential.js';
import { isBad } from '../testing/health.js';
import {
  type LastReport,
  type Lines,
  REPORT_LISTS,
  type Report,
  type ReportedCredential,
  type ReportList,
  type ReportMembers,
  type ReportSection,
  type ReportSource,
  type ReportTotals,
} from './report.js';
import { changeLines, MOST_KEPT, momentLines, stateLines, useLines } from './reportLines.js';

/** Puts a report together from what was counted, as of `to`. */
export function reportOf(
  source: ReportSource,
  { to, last }: { to: Date; last: LastReport | null },
): { body: Report; members: ReportMembers } {
  const all: Lines = {
    ...changeLines(source),
    ...stateLines(source),
    ...momentLines(source.credentials, to),
    ...useLines(source),
  };
  const named = (some: readonly { id: string; name: string }[]) =>
    Object.fromEntries(some.map(({ id, name }) => [id, name]));
  const members = {
    ...byList((list) => named(all[list])),
    who_used: named(source.credentials.filter(({ uses }) => uses > 0)),
  };
  const counts = { ...byList((list) => all[list].length), who_used: source.uses.count };
  const lists = byList((list) => {
    const section = { count: counts[list], lines: all[list].slice(0, MOST_KEPT) };
    return last === null
      ? { ...section, compared: null }
      : comparedWith(last, list, { ...section, members: members[list] });
  });
  const since_last =
    last === null ? null : { report: last.id, to: last.to.toISOString(), totals: last.totals };
  return { body: { totals: totalsOf(source), since_last, lists }, members };
}

function byList<T>(of: (list: ReportList) => T): Record<ReportList, T> {
  return Object.fromEntries(REPORT_LISTS.map((list) => [list, of(list)])) as Record<ReportList, T>;
}

function comparedWith(
  last: LastReport,
  list: ReportList,
  { count, lines, members }: Pick<ReportSection, 'count' | 'lines'> & { members: Record<string, string> },
): ReportSection {
  const before = last.members[list];
  const gone = Object.entries(before).filter(([id]) => members[id] === undefined);
  return {
    count,
    lines: lines.map((one) => ({ ...one, new: before[one.id] === undefined })),
    compared: {
      count: last.counts[list],
      new: Object.keys(members).filter((id) => before[id] === undefined).length,
      gone: gone.length,
      gone_names: gone
        .map(([, name]) => name)
        .sort()
        .slice(0, MOST_KEPT),
    },
  };
}

function totalsOf({ credentials }: ReportSource): ReportTotals {
  const count = (wanted: (one: ReportedCredential) => boolean) => credentials.filter(wanted).length;
  const sum = (of: (one: ReportedCredential) => number) =>
    credentials.reduce((total, one) => total + of(one), 0);
  const healths = HEALTHS.map((health) => [health, count((one) => one.health === health)]);
  return {
    credentials: credentials.length,
    broken: count(({ health }) => isBad(health)),
    by_health: Object.fromEntries(healths) as Record<Health, number>,
    tests: sum(({ tests }) => tests),
    tests_ok: sum(({ testsOk }) => testsOk),
    uses: sum(({ uses }) => uses),
    uses_failed: sum(({ usesFailed }) => usesFailed),
  };
}
