import { z } from 'zod';
import { HEALTHS } from '../domain/credentials/credential.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import { REPORT_LISTS } from '../domain/reports/report.js';
import { reportExpressionProblem } from '../domain/reports/reportSchedule.js';
import { credentialName, cursor, limit, line, moment, uuid } from './common.js';
import { at, count, flag, id, list, named, page, principal, text, texts } from './shape.js';

const team = line(63)
  .nullable()
  .describe('Only what is granted to this team. Null or left out: everything.')
  .default(null);

export const createReportBody = named(
  'CreateReportRequest',
  'What to report, and about which time.',
  z.strictObject({
    team,
    from: moment.describe('Start. Left out: seven days before the end.').optional(),
    to: moment.describe('End. Left out: now.').optional(),
  }),
);
export const reportQuery = z.strictObject({
  format: z.enum(['json', 'html', 'csv']).describe('`html`: a page. `csv`: a table.').default('json'),
});
export const reportPageQuery = z.strictObject({ limit, cursor: cursor.optional() });

const settings = {
  name: credentialName.max(100).describe('Name of the schedule.'),
  expression: line(100)
    .superRefine((text, context) => {
      const message = reportExpressionProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({
      description: 'Cron expression of five fields. Minute and hour are numbers: at most once a day.',
      examples: ['30 7 * * 1'],
    }),
  timezone: line(64)
    .refine(isTimezone, 'must be a time zone such as Europe/Berlin')
    .meta({ description: 'Time zone of the expression.', examples: ['Europe/Berlin'] }),
  enabled: flag('False: no report is made.'),
  channels: z
    .array(uuid)
    .min(1)
    .max(50)
    .nullable()
    .describe(
      'IDs of the channels that get the reports; null: each channel that asks for reports. Admins only.',
    ),
};
export const createReportScheduleBody = named(
  'CreateReportScheduleRequest',
  'A schedule for reports.',
  z.strictObject({
    ...settings,
    team,
    timezone: settings.timezone.default('UTC'),
    enabled: settings.enabled.default(true),
    channels: settings.channels.default(null),
  }),
);
export const changeReportScheduleBody = named(
  'ChangeReportScheduleRequest',
  'Changes to a schedule. Omitted fields keep their value.',
  z.strictObject(settings).partial(),
);

const head = z.strictObject({
  id: id('ID of the report.'),
  schedule_id: id('The schedule that made it; null: a user requested it.').nullable(),
  team: text('The team; null: everything.').nullable(),
  from: at('Start of the reported time.'),
  to: at('End of the reported time.'),
  made_at: at('When it was made.'),
  made_by: principal('Who asked for it, or the worker.'),
  summary: text('The result in one sentence.'),
});
export const reportHead = named('ReportHead', 'A report without its lists.', head);
const reportLine = named(
  'ReportLine',
  'A line of a list. Members that do not apply to the list are null.',
  z.strictObject({
    id: id('ID of the credential.'),
    name: text('Its name.'),
    service_type: text('Its service type.'),
    owner: principal('Its owner.'),
    at: at('When it happened or will happen.').nullable(),
    code: text('Code of the test or finding.').nullable(),
    used_by: text('The agent or deployment.').nullable(),
    caller: principal('Who called.').nullable(),
    uses: count('Uses within the time.').nullable(),
    failed: count('Failed uses within the time.').nullable(),
    new: flag('Whether the last report of the schedule did not have it in this list.').nullable(),
  }),
);
const section = named(
  'ReportSection',
  'One list of a report.',
  z.strictObject({
    count: count('Number of all lines.'),
    lines: z
      .array(reportLine)
      .describe('At most 10,000 lines are kept, 1,000 for `who_used`; older reports have at most 20.'),
    complete: flag('Whether the lines are all.'),
    compared: z
      .strictObject({
        count: count('Number of lines in the last report.'),
        new: count('Lines that are new.'),
        gone: count('Lines that are gone.'),
        gone_names: texts('Names of credentials that are gone.'),
      })
      .nullable()
      .describe('Comparison with the last report of the schedule; null: there is none.'),
  }),
);
const totals = named(
  'ReportTotals',
  'Totals of a report.',
  z.strictObject({
    credentials: count('Credentials.'),
    broken: count('Credentials that do not work.'),
    by_health: z.record(z.enum(HEALTHS), count('Credentials.')).describe('Credentials by health.'),
    tests: count('Tests.'),
    tests_ok: count('Tests that succeeded.'),
    uses: count('Uses.'),
    uses_failed: count('Uses that failed.'),
  }),
);
export const reportAnswer = named(
  'Report',
  'A report about the health of credentials.',
  head.extend({
    totals: totals.describe('Totals at the end of the time.'),
    since_last: z
      .strictObject({
        report: id('ID of the last report.'),
        to: at('End of its time.'),
        totals: totals.describe('Its totals.'),
      })
      .nullable()
      .describe('The last report of the schedule; null: there is none.'),
    lists: z.record(z.enum(REPORT_LISTS), section).describe('The lists by name.'),
  }),
);
export const reportListAnswer = page('ReportPage', 'Reports, newest first.', reportHead);

export const reportScheduleAnswer = named(
  'ReportSchedule',
  'A schedule for reports.',
  z.strictObject({
    id: id('ID of the schedule.'),
    name: text('Name.'),
    team: text('The team; null: everything.').nullable(),
    expression: text('Cron expression.'),
    timezone: text('Time zone of the expression.'),
    enabled: flag('False: no report is made.'),
    channels: z
      .array(id('ID of a channel.'))
      .nullable()
      .describe('Channels that get the reports; null: all that ask.'),
    from_environment: flag('True: it comes from REPORT_SCHEDULE and cannot be changed here.'),
    next_due_at: at(
      'When the next report is due; null: disabled, or the worker has not seen it yet.',
    ).nullable(),
    created_at: at('When it was created.'),
    created_by: principal('Who created it.'),
  }),
);
export const reportScheduleListAnswer = list('ReportScheduleList', 'All schedules.', reportScheduleAnswer);
