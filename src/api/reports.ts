import { z } from 'zod';
import { HEALTHS } from '../domain/credential.js';
import { REPORT_LISTS } from '../domain/report.js';
import { line, moment } from './common.js';

export const createReportBody = z.strictObject({
  /** What was granted to this team; left out: everything. */
  team: line(63).nullable().default(null),
  /** Left out: seven days before the end. */
  from: moment.optional(),
  /** Left out: now. */
  to: moment.optional(),
});
export const reportQuery = z.strictObject({ format: z.enum(['json', 'html', 'csv']).default('json') });

const at = z.iso.datetime();
const count = z.number().int().min(0);
const head = {
  id: z.uuid(),
  team: z.string().nullable(),
  from: at,
  to: at,
  made_at: at,
  made_by: z.string(),
};
const list = z.strictObject({
  count,
  lines: z.array(
    z.strictObject({
      id: z.uuid(),
      name: z.string(),
      service_type: z.string(),
      owner: z.string(),
      what: z.string(),
    }),
  ),
});
const totals = z.strictObject({
  credentials: count,
  by_health: z.record(z.enum(HEALTHS), count),
  tests: count,
  tests_ok: count,
  uses: count,
  uses_failed: count,
});
export const reportAnswer = z.strictObject({
  ...head,
  totals,
  since_last: z.strictObject({ broken: z.number().int(), credentials: z.number().int() }).nullable(),
  lists: z.record(z.enum(REPORT_LISTS), list),
});
export const reportListAnswer = z.strictObject({
  items: z.array(z.strictObject({ ...head, summary: z.string() })),
});
