/** When a report is due, of what, and who is told of it. */
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

/** What an expression must be, as errors tell it. */
export const EXPRESSION_RULE =
  'must be a cron expression of five fields that names one minute and one hour, such as 0 6 * * 1';

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');

/** True for five cron fields that name one minute of one hour: a report comes at most once a day. */
export function isReportExpression(text: string): boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = text.split(' ');
  return (
    more.length === 0 &&
    isNumber(minute, { min: 0, max: 59 }) &&
    isNumber(hour, { min: 0, max: 23 }) &&
    isField(day, { min: 1, max: 31 }) &&
    isField(month, { min: 1, max: 12, names: MONTHS }) &&
    isField(weekday, { min: 0, max: 7, names: WEEKDAYS })
  );
}

interface Range {
  min: number;
  max: number;
  names?: readonly string[];
}

const isNumber = (text: string, { min, max, names = [] }: Range) =>
  names.includes(text.toLowerCase()) ||
  (/^\d{1,2}$/.test(text) && Number(text) >= min && Number(text) <= max);

/** `*`, a number, a range, each with a step, or a list of them. */
function isField(text: string, range: Range): boolean {
  return text.split(',').every((part) => {
    const [span = '', step = '1', ...more] = part.split('/');
    const ends = span === '*' ? [] : span.split('-');
    return (
      more.length === 0 &&
      isNumber(step, { min: 1, max: range.max }) &&
      ends.length <= 2 &&
      ends.every((end) => isNumber(end, range))
    );
  });
}
