import type { TaskPayloads } from '../../../domain/operations/workerTasks.js';
import type { ReportSchedule } from '../../../domain/reports/reportSchedule.js';
import type { ReportScheduleWrites, Reports } from '../../../ports/reports.js';
import { assignments, type Columns, given, insertEntity, select } from '../core/columns.js';
import type { Query } from '../core/pools.js';
import { toSql, uuidOrNull } from '../core/values.js';

type ScheduleReads = Pick<Reports, 'schedules' | 'schedule' | 'dueSchedules' | 'moveOn' | 'declare'>;

/** The columns of `broker.report_schedules`; the id is the first. */
const SCHEDULE: Columns<ReportSchedule> = {
  id: 'id',
  name: 'name',
  team: 'team',
  expression: 'expression',
  timezone: 'timezone',
  enabled: 'enabled',
  channels: 'channels',
  fromEnvironment: 'from_environment',
  nextDueAt: 'next_due_at',
  createdAt: 'created_at',
  createdBy: 'created_by',
};

const DUE = `
  select ${select(SCHEDULE)} from broker.report_schedules where enabled and (next_due_at is null or next_due_at <= $1) order by name`;

/**
 * One statement, so that the moment moves on and the job is there, or neither. A change meanwhile wins. Reports that are due
 * together are made one after the other: each reads a lot over the one connection for that.
 */
const MOVE_ON = `
  with mine as (
    update broker.report_schedules set next_due_at = $2
    where id = $1 and enabled and (expression, timezone) = ($3, $4) and next_due_at is not distinct from $5
    returning id
  )
  select case when $6::json is not null then
    graphile_worker.add_job('make_report', payload := $6::json, queue_name := 'make_report', job_key := $7,
      max_attempts := 25) is not null end
  from mine`;

const DECLARE = `
  insert into broker.report_schedules as known
    (id, name, team, expression, timezone, enabled, channels, from_environment, created_at, created_by)
  values ($1, $2, null, $3, $4, true, null, true, $5, $6)
  on conflict (id) do update set expression = excluded.expression, timezone = excluded.timezone,
    next_due_at = case when (known.expression, known.timezone) = (excluded.expression, excluded.timezone)
      then known.next_due_at end`;

export function reportScheduleReads(query: Query): ScheduleReads {
  return {
    async schedules(teams) {
      const text = `select ${select(SCHEDULE)} from broker.report_schedules
                    where $1::text[] is null or team = any ($1::text[]) order by name`;
      return await query<ReportSchedule>({ text, values: [teams] });
    },
    async schedule(id) {
      const text = `select ${select(SCHEDULE)} from broker.report_schedules where id = $1`;
      return (await query<ReportSchedule>({ text, values: [uuidOrNull(id)] }))[0] ?? null;
    },
    async dueSchedules(at) {
      return await query<ReportSchedule>({ text: DUE, values: [at] });
    },
    async moveOn({ id, expression, timezone, nextDueAt }, { due, next }) {
      const at = due?.toISOString() ?? null;
      const job: TaskPayloads['make_report'] | null = at === null ? null : { schedule_id: id, due_at: at };
      const values = [
        id,
        next,
        expression,
        timezone,
        nextDueAt,
        toSql(job),
        at === null ? null : `report:${id}:${at}`,
      ];
      return (await query({ text: MOVE_ON, values })).length > 0;
    },
    async declare({ id, name, expression, timezone, createdAt, createdBy }) {
      await query({ text: DECLARE, values: [id, name, expression, timezone, createdAt, createdBy] });
    },
  };
}

export function reportScheduleWrites(query: Query): ReportScheduleWrites {
  return {
    insertReportSchedule: (schedule) => insertEntity(query, 'report_schedules', SCHEDULE, schedule),
    async updateReportSchedule(schedule) {
      const { columns, values } = given(SCHEDULE, schedule);
      const text = `update broker.report_schedules set ${assignments(columns, 1).join(', ')} where id = $1`;
      await query({ text, values });
    },
    async deleteReportSchedule(id) {
      await query({ text: 'delete from broker.report_schedules where id = $1', values: [uuidOrNull(id)] });
    },
  };
}
