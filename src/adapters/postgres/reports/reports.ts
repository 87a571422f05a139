import type { LastReport } from '../../../domain/reports/report.js';
import type { NewReport, ReportHead, Reports, ReportWrites, StoredReport } from '../../../ports/reports.js';
import { type Columns, insertEntity, select } from '../core/columns.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';
import { allLines, insertLines, rowOf } from './reportLines.js';
import { reportScheduleReads } from './reportSchedules.js';
import { reportSource } from './reportSource.js';

/** The columns of `broker.reports` that a list shows. */
const HEAD: Columns<ReportHead> = {
  id: 'id',
  scheduleId: 'schedule_id',
  team: 'team',
  from: 'from_at',
  to: 'to_at',
  madeAt: 'made_at',
  madeBy: 'made_by',
  summary: 'summary',
};
/** The columns of `broker.reports`. */
const REPORT: Columns<NewReport> = { ...HEAD, dueAt: 'due_at', body: 'body', members: 'members' };

/** Of its lines nothing is needed, and they may be many. */
const LAST = `
  select id, to_at as "to", body -> 'totals' as totals, members,
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
      const text = `select ${select(HEAD)}, body from broker.reports where id = $1`;
      const [report] = await query<StoredReport>({ text, values: [uuidOrNull(id)] });
      if (report === undefined) return null;
      return { ...report, body: await allLines(query, report.id, report.body) };
    },
    async lastOf(scheduleId, before) {
      return (await query<LastReport>({ text: LAST, values: [scheduleId, before] }))[0] ?? null;
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
  const text = `select ${select(HEAD)} from broker.reports ${where.text()}
    order by made_at desc, id desc limit ${limit}`;
  return pageOf(await query<ReportHead>({ text, values: where.values() }), page, {
    item: (head) => head,
    position: ({ madeAt, id }) => ({ at: madeAt, keys: [id] }),
  });
};

/** Rejects when the schedule has one for that moment already. */
export function reportWrites(query: Query): ReportWrites {
  return {
    async insertReport(report) {
      await insertEntity(query, 'reports', REPORT, { ...report, body: rowOf(report.body) });
      await insertLines(query, report.id, report.body);
    },
  };
}
