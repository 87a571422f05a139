import { cronProblem } from '../time/cron.js';

/** When a report is due, what it covers, and who receives it. */
export interface ReportSchedule {
  id: string;
  name: string;
  /** What was granted to this team; null: everything. */
  team: string | null;
  /** A cron expression of five fields, read in `timezone`. */
  expression: string;
  timezone: string;
  enabled: boolean;
  /** Only these channels, whatever they ask for; null: each that asks for reports. */
  channels: string[] | null;
  /** The one of REPORT_SCHEDULE, which comes back at each start. */
  fromEnvironment: boolean;
  /** Null until the worker has seen it, and while it is not enabled. */
  nextDueAt: Date | null;
  createdAt: Date;
  createdBy: string;
}

/** What is wrong with the expression of a report, as `must …`; undefined: nothing. A report comes at most once a day. */
export function reportExpressionProblem(text: string): string | undefined {
  const [minute = '', hour = ''] = text.trim().split(/\s+/);
  const once = /^\d+$/.test(minute) && /^\d+$/.test(hour);
  return cronProblem(text) ?? (once ? undefined : 'must name one minute and one hour, such as 0 6 * * 1');
}
