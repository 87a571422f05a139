import type { ReportSchedule } from '../../../domain/reports/reportSchedule.js';
import type { ChangeTx } from '../../../ports/changes.js';
import type { Reports } from '../../../ports/reports.js';
import type { Query, Row } from '../core/pools.js';
import { insertRecord, toSql, uuidOrNull } from '../core/values.js';

type ScheduleReads = Pick<Reports, 'schedules' | 'schedule' | 'dueSchedules' | 'moveOn' | 'declare'>;

const DUE = `
  select * from broker.report_schedules where enabled and (next_due_at is null or next_due_at <= $1) order by name`;

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
      const text = `select * from broker.report_schedules
                    where $1::text[] is null or team = any ($1::text[]) order by name`;
      return (await query({ text, values: [teams] })).map(toSchedule);
    },
    async schedule(id) {
      const text = 'select * from broker.report_schedules where id = $1';
      const [row] = await query({ text, values: [uuidOrNull(id)] });
      return row === undefined ? null : toSchedule(row);
    },
    async dueSchedules(at) {
      return (await query({ text: DUE, values: [at] })).map(toSchedule);
    },
    async moveOn({ id, expression, timezone, nextDueAt }, { due, next }) {
      const at = due?.toISOString() ?? null;
      const payload = at === null ? null : toSql({ schedule_id: id, due_at: at });
      const values = [
        id,
        next,
        expression,
        timezone,
        nextDueAt,
        payload,
        at === null ? null : `report:${id}:${at}`,
      ];
      return (await query({ text: MOVE_ON, values })).length > 0;
    },
    async declare({ id, name, expression, timezone, createdAt, createdBy }) {
      await query({ text: DECLARE, values: [id, name, expression, timezone, createdAt, createdBy] });
    },
  };
}

type ScheduleWrites = Pick<
  ChangeTx,
  'insertReportSchedule' | 'updateReportSchedule' | 'deleteReportSchedule'
>;

export function reportScheduleWrites(query: Query): ScheduleWrites {
  return {
    insertReportSchedule: (schedule) => insertRecord(query, 'report_schedules', columnsOf(schedule)),
    async updateReportSchedule(schedule) {
      const columns = columnsOf(schedule);
      const names = Object.keys(columns);
      const sets = names.map((name, index) => `${name} = $${index + 1}`).join(', ');
      await query({
        text: `update broker.report_schedules set ${sets} where id = $1`,
        values: Object.values(columns).map(toSql),
      });
    },
    async deleteReportSchedule(id) {
      await query({ text: 'delete from broker.report_schedules where id = $1', values: [uuidOrNull(id)] });
    },
  };
}

function columnsOf(schedule: ReportSchedule): Record<string, unknown> {
  return {
    id: schedule.id,
    name: schedule.name,
    team: schedule.team,
    expression: schedule.expression,
    timezone: schedule.timezone,
    enabled: schedule.enabled,
    channels: schedule.channels,
    from_environment: schedule.fromEnvironment,
    next_due_at: schedule.nextDueAt,
    created_at: schedule.createdAt,
    created_by: schedule.createdBy,
  };
}

function toSchedule(row: Row): ReportSchedule {
  return {
    id: row['id'],
    name: row['name'],
    team: row['team'],
    expression: row['expression'],
    timezone: row['timezone'],
    enabled: row['enabled'],
    channels: row['channels'],
    fromEnvironment: row['from_environment'],
    nextDueAt: row['next_due_at'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
  } as ReportSchedule;
}
