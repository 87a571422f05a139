import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import { invalid, notFound } from '../../domain/errors.js';
import { reportOf } from '../../domain/reports/buildReport.js';
import { reportInShort } from '../../domain/reports/report.js';
import { STATES_DAYS } from '../../domain/testing/health.js';
import { DAY_MS } from '../../domain/time/units.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import type { NewReport, ReportHead, StoredReport } from '../../ports/reports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { requireRole } from '../gate/refuse.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog' | 'reports'>;

const USUAL_DAYS = 7;
/** Partitions of older rows may be gone. */
const MOST_DAYS = 366;
/** The longest time that one report is about. */
export const MOST_MS = MOST_DAYS * DAY_MS;

export interface ReportInput {
  /** What was granted to this team; null: everything. */
  team: string | null;
  from?: Date;
  to?: Date;
}

/** Creates a report now and keeps it; it belongs to no schedule. Admin only: it names what others own. */
export async function makeReport(ports: Needs, call: CallContext, input: ReportInput): Promise<StoredReport> {
  const { team } = input;
  await requireRole(ports, call, 'admin', { action: 'report.create', details: { team } });
  if (team !== null && (await ports.records.team(team)) === null)
    throw invalid({ field: 'team', rule: 'must be the name of a team' });
  const madeAt = ports.clock.now();
  const to = input.to ?? madeAt;
  if (to > madeAt) throw invalid({ field: 'to', rule: 'must not be in the future' });
  const from = input.from ?? new Date(to.getTime() - USUAL_DAYS * DAY_MS);
  if (from >= to) throw invalid({ field: 'from', rule: 'must be before the end of the report' });
  if (madeAt.getTime() - from.getTime() > STATES_DAYS * DAY_MS)
    throw invalid({
      field: 'from',
      rule: `must be at most ${STATES_DAYS} days ago, which is how long the history is kept`,
    });
  if (to.getTime() - from.getTime() > MOST_MS)
    throw invalid({ field: 'from', rule: `must be at most ${MOST_DAYS} days before the end of the report` });
  const source = await ports.reports.source(team, { from, to });
  const made = reportOf(source, { to, last: null });
  const report: NewReport = {
    ...made,
    id: randomUUID(),
    scheduleId: null,
    dueAt: null,
    team,
    from,
    to,
    madeAt,
    madeBy: call.caller.principal,
    summary: reportInShort(made.body),
  };
  await ports.changes.run(async (tx) => {
    await tx.insertReport(report);
    tx.audit(auditEvent(call, 'report.create', 'allowed', { details: { report: report.id, team } }));
  });
  return report;
}

/** Admins see all reports, others those of their teams; newest first. */
export async function listReports(
  ports: Needs,
  call: CallContext,
  page: PageRequest,
): Promise<Page<ReportHead>> {
  await requireActiveCaller(ports, call);
  return ports.reports.list(await teamsSeen(ports, call), page);
}

/** One report that the caller may see. */
export async function getReport(ports: Needs, call: CallContext, id: string): Promise<StoredReport> {
  await requireActiveCaller(ports, call);
  const report = await ports.reports.report(id);
  if (report === null || !covers(await teamsSeen(ports, call), report.team)) throw notFound('report');
  return report;
}

/** The teams whose reports the caller sees; null: all, and those of everything. */
export async function teamsSeen(
  { records }: Pick<Ports, 'records'>,
  { caller }: CallContext,
): Promise<string[] | null> {
  return caller.role === 'admin' && caller.kind === 'user' ? null : records.teamsOf(caller.principal);
}

/** True if those teams include this one; that of everything (null) only for callers who can see all. */
export const covers = (teams: readonly string[] | null, team: string | null): boolean =>
  teams === null || (team !== null && teams.includes(team));
