import type { LastReport, Report } from '../../../domain/reports/report.js';
import type { ChangeTx } from '../../../ports/changes.js';
import type { ReportHead, Reports } from '../../../ports/reports.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query, Row } from '../core/pools.js';
import { insertRecord, uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';
import { allLines, insertLines, rowOf } from './reportLines.js';
import { reportScheduleReads } from './reportSchedules.js';
import { reportSource } from './reportSource.js';

const HEAD = 'id, schedule_id, team, from_at, to_at, made_at, made_by, summary';

/** Of its lines nothing is needed, and they may be many. */
const LAST = `
  select id, to_at, body -> 'totals' as totals, members,
    (select jsonb_object_agg(key, value -> 'count') from jsonb_each(body -> 'lists')) as counts
  from broker.reports where schedule_id = $1 and due_at < $2
  order by due_at desc limit 1`;

/** What reports are made of, those that were made, and when they are due. `slow` for what reads a lot. */
export function postgresReports(query: Query, slow: Query): Reports {
  return {
    ...reportSource(slow),
    ...reportScheduleReads(query),
    list: (teams, page) => reportPage(query, teams, page),
    async report(id) {
      const text = `select ${HEAD}, body from broker.reports where id = $1`;
      const [row] = await query({ text, values: [uuidOrNull(id)] });
      if (row === undefined) return null;
      const head = toHead(row);
      return { ...head, body: await allLines(query, head.id, row['body'] as Report) };
    },
    async lastOf(scheduleId, before) {
      const [row] = await query({ text: LAST, values: [scheduleId, before] });
      return row === undefined ? null : toLast(row);
    },
    async madeFor(scheduleId, dueAt) {
      const text = 'select 1 from broker.reports where schedule_id = $1 and due_at = $2';
      return (await query({ text, values: [scheduleId, dueAt] })).length > 0;
    },
  };
}

const reportPage = async (query: Query, ...[teams, page]: Parameters<Reports['list']>) => {
  const where = whereClause();
  if (teams !== null) where.and(`team = any (${where.value(teams)}::text[])`);
  const position = readCursor(page.cursor, ['uuid']);
  if (position !== null) {
    const at = where.value(position.at);
    where.and(`(made_at, id) < (${at}, ${where.value(uuidOrNull(position.keys[0] ?? ''))}::uuid)`);
  }
  const limit = where.value(page.limit + 1);
  const text = `select ${HEAD} from broker.reports ${where.text()} order by made_at desc, id desc limit ${limit}`;
  return pageOf(await query({ text, values: where.values() }), page, {
    item: toHead,
    position: (row) => ({ at: row['made_at'] as Date, keys: [row['id'] as string] }),
  });
};

/** Rejects when the schedule has one for that moment already. */
export function reportWrites(query: Query): Pick<ChangeTx, 'insertReport'> {
  return {
    async insertReport(report) {
      await insertRecord(query, 'reports', {
        id: report.id,
        schedule_id: report.scheduleId,
        due_at: report.dueAt,
        team: report.team,
        from_at: report.from,
        to_at: report.to,
        made_at: report.madeAt,
        made_by: report.madeBy,
        summary: report.summary,
        body: rowOf(report.body),
        members: report.members,
      });
      await insertLines(query, report.id, report.body);
    },
  };
}

function toHead(row: Row): ReportHead {
  return {
    id: row['id'],
    scheduleId: row['schedule_id'],
    team: row['team'],
    from: row['from_at'],
    to: row['to_at'],
    madeAt: row['made_at'],
    madeBy: row['made_by'],
    summary: row['summary'],
  } as ReportHead;
}

function toLast(row: Row): LastReport {
  const { totals, counts, members } = row;
  return { id: row['id'], to: row['to_at'], totals, counts, members } as LastReport;
}
