import type { z } from 'zod';
import type { reportAnswer, reportHead, reportScheduleAnswer } from '../../api/reports.js';
import { HEALTHS } from '../../domain/credentials/credential.js';
import { REPORT_LISTS, type Report, type ReportLine, type ReportList } from '../../domain/reports/report.js';
import type { ReportSchedule } from '../../domain/reports/reportSchedule.js';
import type { ReportHead, StoredReport } from '../../ports/reports.js';
import { iso, isoOrNull } from './moments.js';

export function presentReportHead(report: ReportHead): z.output<typeof reportHead> {
  const { id, scheduleId, team, from, to, madeAt, madeBy, summary } = report;
  return {
    id,
    schedule_id: scheduleId,
    team,
    from: iso(from),
    to: iso(to),
    made_at: iso(madeAt),
    made_by: madeBy,
    summary,
  };
}

export function presentReport(report: StoredReport): z.output<typeof reportAnswer> {
  const { body } = report;
  const lists = REPORT_LISTS.map((list) => [list, { ...body.lists[list], complete: left(body, list) === 0 }]);
  return {
    ...presentReportHead(report),
    ...body,
    lists: Object.fromEntries(lists) as z.output<typeof reportAnswer>['lists'],
  };
}

export function presentReportSchedule(schedule: ReportSchedule): z.output<typeof reportScheduleAnswer> {
  return {
    id: schedule.id,
    name: schedule.name,
    team: schedule.team,
    expression: schedule.expression,
    timezone: schedule.timezone,
    enabled: schedule.enabled,
    channels: schedule.channels,
    from_environment: schedule.fromEnvironment,
    next_due_at: isoOrNull(schedule.nextDueAt),
    created_at: iso(schedule.createdAt),
    created_by: schedule.createdBy,
  };
}

type Cell = string | number | boolean | null;
const OF_A_LINE = [
  'id',
  'name',
  'service_type',
  'owner',
  'at',
  'code',
  'used_by',
  'caller',
  'uses',
  'failed',
  'new',
];

/** How many lines of a list were not kept. */
const left = ({ lists }: Report, list: ReportList): number => lists[list].count - lists[list].lines.length;

/**
 * One table: what it is about, the totals, the count of each list with what came and went, then all lines that are kept,
 * and of how many that is not so.
 */
export function reportCsv({ id, team, from, to, body }: StoredReport): string {
  const { totals, since_last: last, lists } = body;
  const total = (name: string, count: number, before?: number) => ['total', name, count, before ?? null];
  const rows: Cell[][] = [
    ['section', 'item', 'count', 'before', 'came', 'gone', ...OF_A_LINE],
    ['report', 'id', null, null, null, null, id],
    ['report', 'of', null, null, null, null, null, team ?? 'all'],
    ['report', 'from', null, null, null, null, null, null, null, null, from.toISOString()],
    ['report', 'to', null, null, null, null, null, null, null, null, to.toISOString()],
    total('credentials', totals.credentials, last?.totals.credentials),
    total('broken', totals.broken, last?.totals.broken),
    ...HEALTHS.map((health) => total(health, totals.by_health[health], last?.totals.by_health[health])),
    ...(['tests', 'tests_ok', 'uses', 'uses_failed'] as const).map((name) =>
      total(name, totals[name], last?.totals[name]),
    ),
    ...REPORT_LISTS.map((list) => {
      const { count, compared } = lists[list];
      return ['list', list, count, compared?.count ?? null, compared?.new ?? null, compared?.gone ?? null];
    }),
    ...REPORT_LISTS.flatMap((list) => [
      ...lists[list].lines.map((line) => [list, 'line', null, null, null, null, ...cellsOf(line)]),
      ...(left(body, list) > 0 ? [[list, 'not_kept', left(body, list)]] : []),
    ]),
  ];
  const width = rows[0]?.length ?? 0;
  return rows
    .map((row) => `${Array.from({ length: width }, (_, n) => csvCell(row[n] ?? null)).join(',')}\r\n`)
    .join('');
}

function cellsOf(line: ReportLine): Cell[] {
  return [
    ...[line.id, line.name, line.service_type, line.owner, line.at, line.code],
    ...[line.used_by, line.caller, line.uses, line.failed, line.new],
  ];
}

/** Signs with which a spreadsheet begins a formula, also the wide ones, and behind blanks that it may drop. */
const FORMULA = /^[\s\p{Cc}]*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|^[\t\r\n]/u;

/** A text that a spreadsheet would compute gets a `'` before it; all texts are quoted, so none can end its cell. */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return `"${safe.replaceAll('"', '""')}"`;
}
