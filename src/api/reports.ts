import { z } from 'zod';
import { HEALTHS } from '../domain/credentials/credential.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import { REPORT_LISTS } from '../domain/reports/report.js';
import { reportExpressionProblem } from '../domain/reports/reportSchedule.js';
import { credentialName, cursor, limit, line, moment, uuid } from './common.js';

export const createReportBody = z.strictObject({
  /** What was granted to this team; left out: everything. */
  team: line(63).nullable().default(null),
  /** Left out: seven days before the end. */
  from: moment.optional(),
  /** Left out: now. */
  to: moment.optional(),
});
export const reportQuery = z.strictObject({ format: z.enum(['json', 'html', 'csv']).default('json') });
export const reportPageQuery = z.strictObject({ limit, cursor: cursor.optional() });

const settings = {
  name: credentialName.max(100),
  /** Five fields of cron, of which minute and hour are numbers: at most once a day. */
  expression: line(100).superRefine((text, context) => {
    const message = reportExpressionProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
  timezone: line(64).refine(isTimezone, 'must be a time zone such as Europe/Berlin'),
  enabled: z.boolean(),
  /** Ids; null: each channel that asks for reports. Admins only. */
  channels: z.array(uuid).min(1).max(50).nullable(),
};
export const createReportScheduleBody = z.strictObject({
  ...settings,
  /** What was granted to this team; left out: everything. */
  team: line(63).nullable().default(null),
  timezone: settings.timezone.default('UTC'),
  enabled: settings.enabled.default(true),
  channels: settings.channels.default(null),
});
export const changeReportScheduleBody = z.strictObject(settings).partial();

const at = z.iso.datetime();
const count = z.number().int().min(0);
const text = z.string();
const head = z.strictObject({
  id: z.uuid(),
  /** Null: it was requested manually. */
  schedule_id: z.uuid().nullable(),
  team: text.nullable(),
  from: at,
  to: at,
  made_at: at,
  made_by: text,
  summary: text,
});
/** Members that a list is not about are null. */
const reportLine = z.strictObject({
  id: z.uuid(),
  name: text,
  service_type: text,
  owner: text,
  at: at.nullable(),
  code: text.nullable(),
  used_by: text.nullable(),
  caller: text.nullable(),
  uses: count.nullable(),
  failed: count.nullable(),
  /** The last report of the schedule did not have it in this list. */
  new: z.boolean().nullable(),
});
const list = z.strictObject({
  /** Of all. */
  count,
  /** At most 10,000 are kept, of who used what 1,000; of reports of before that twenty. */
  lines: z.array(reportLine),
  /** Whether the lines are all. */
  complete: z.boolean(),
  compared: z.strictObject({ count, new: count, gone: count, gone_names: z.array(text) }).nullable(),
});
const totals = z.strictObject({
  credentials: count,
  broken: count,
  by_health: z.record(z.enum(HEALTHS), count),
  tests: count,
  tests_ok: count,
  uses: count,
  uses_failed: count,
});
export const reportAnswer = head.extend({
  totals,
  since_last: z.strictObject({ report: z.uuid(), to: at, totals }).nullable(),
  lists: z.record(z.enum(REPORT_LISTS), list),
});
export const reportListAnswer = z.strictObject({ items: z.array(head), next_cursor: text.nullable() });

export const reportScheduleAnswer = z.strictObject({
  id: z.uuid(),
  name: text,
  team: text.nullable(),
  expression: text,
  timezone: text,
  enabled: z.boolean(),
  channels: z.array(z.uuid()).nullable(),
  /** The one of REPORT_SCHEDULE. */
  from_environment: z.boolean(),
  /** Null until the worker has seen it, and while it is not enabled. */
  next_due_at: at.nullable(),
  created_at: at,
  created_by: text,
});
export const reportScheduleListAnswer = z.strictObject({ items: z.array(reportScheduleAnswer) });
