import { randomUUID } from 'node:crypto';
import type { Call } from '../domain/caller.js';
import { invalid, notFound } from '../domain/errors.js';
import { reportInShort, reportOf } from '../domain/report.js';
import type { StoredReport } from '../ports/reports.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { requireActiveCaller } from './authorize.js';
import { requireRole } from './refuse.js';
import { systemCall } from './users.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit' | 'reports'>;

const DAY = 86_400_000;
const USUAL_DAYS = 7;
/** Partitions of older rows may be gone. */
const MOST_DAYS = 366;
const MOST_LISTED = 100;

export interface ReportInput {
  /** What was granted to this team; null: everything. */
  team: string | null;
  from?: Date;
  to?: Date;
}

/** Makes a report now and keeps it. Admin only: it names what others own. */
export async function makeReport(ports: Needs, call: Call, input: ReportInput): Promise<StoredReport> {
  await requireRole(ports, call, 'admin', { action: 'report.create', details: { team: input.team } });
  if (input.team !== null && (await ports.records.team(input.team)) === null)
    throw invalid({ field: 'team', rule: 'must be the name of a team' });
  const to = input.to ?? ports.clock.now();
  const from = input.from ?? new Date(to.getTime() - USUAL_DAYS * DAY);
  if (from >= to) throw invalid({ field: 'from', rule: 'must lie before the end of the report' });
  if (to.getTime() - from.getTime() > MOST_DAYS * DAY)
    throw invalid({ field: 'from', rule: `must lie at most ${MOST_DAYS} days before the end of the report` });
  return keepReport(ports, call, input.team, { from, to });
}

/** The reports that are due by the clock: one of everything, and one for each team. Each is told in a notice. */
export async function makeScheduledReports(ports: Needs): Promise<void> {
  const to = ports.clock.now();
  for (const team of [null, ...(await ports.records.teams()).map(({ name }) => name)]) {
    const last = await ports.reports.last(team);
    const usual = to.getTime() - USUAL_DAYS * DAY;
    const from = new Date(Math.max(last?.to.getTime() ?? usual, to.getTime() - MOST_DAYS * DAY));
    if (from < to) await keepReport(ports, systemCall(), team, { from, to });
  }
}

async function keepReport(
  ports: Needs,
  call: Call,
  team: string | null,
  time: { from: Date; to: Date },
): Promise<StoredReport> {
  const last = await ports.reports.last(team);
  const credentials = await ports.reports.credentials(team, time);
  const changes = await ports.reports.changes(team, time);
  const body = reportOf(credentials, changes, { to: time.to, last: last?.body ?? null });
  const madeAt = ports.clock.now();
  const report = { id: randomUUID(), team, ...time, madeAt, madeBy: call.caller.principal, body };
  await ports.changes.run(async (tx) => {
    await tx.insertReport(report);
    if (call.caller.kind === 'worker' && team === null)
      await tx.notice({
        credentialId: null,
        kind: 'report',
        period: report.id,
        recipient: 'admins',
        body: { text: reportInShort(body), report: report.id },
      });
    tx.audit(auditEvent(call, 'report.create', 'allowed', { details: { report: report.id, team } }));
  });
  return report;
}

/** Admins see all reports, others those of their teams; newest first, at most a hundred. */
export async function listReports(ports: Needs, call: Call): Promise<StoredReport[]> {
  await requireActiveCaller(ports, call);
  return ports.reports.list(await teamsSeen(ports, call), MOST_LISTED);
}

/** One report that the caller may see. */
export async function getReport(ports: Needs, call: Call, id: string): Promise<StoredReport> {
  await requireActiveCaller(ports, call);
  const report = await ports.reports.report(id);
  const teams = await teamsSeen(ports, call);
  if (report === null || (teams !== null && (report.team === null || !teams.includes(report.team))))
    throw notFound('report');
  return report;
}

/** Null: all. */
async function teamsSeen({ records }: Needs, { caller }: Call): Promise<string[] | null> {
  return caller.role === 'admin' && caller.kind === 'user' ? null : records.teamsOf(caller.principal);
}
