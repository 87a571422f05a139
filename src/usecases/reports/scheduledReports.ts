import { randomUUID } from 'node:crypto';
import { inParts } from '../../domain/inParts.js';
import { reportOf } from '../../domain/reports/buildReport.js';
import { reportInShort } from '../../domain/reports/report.js';
import type { ReportSchedule } from '../../domain/reports/reportSchedule.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { Schedule } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import type { NewReport } from '../../ports/reports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { MOST_MS } from './reports.js';

/** The first moment after `after` at which a schedule is due. Throws where it is never due. */
export type NextDue = (schedule: Pick<Schedule, 'expression' | 'timezone'>, after: Date) => Date;

/** A use or a test of the last moment may still be on its way to the database. */
const SETTLED_MS = MINUTE_MS;

/** Its id, so that it stays the same one when its time is changed. */
const OF_ENVIRONMENT = '00000000-0000-4000-8000-00000000da7e';

/** Stores the schedule of REPORT_SCHEDULE: for all credentials. Every process does it at its start. */
export async function declareReportSchedule(
  { reports, clock }: Pick<Ports, 'reports' | 'clock'>,
  { expression, timezone }: Pick<Schedule, 'expression' | 'timezone'>,
): Promise<void> {
  await reports.declare({
    id: OF_ENVIRONMENT,
    name: 'all',
    team: null,
    expression,
    timezone,
    enabled: true,
    channels: null,
    fromEnvironment: true,
    nextDueAt: null,
    createdAt: clock.now(),
    createdBy: systemCall().caller.principal,
  });
}

/**
 * Enqueues a report for each schedule that was due a minute ago; how many. Of moments that passed while no worker ran it is the last
 * one, whose report covers them all.
 */
export async function enqueueDueReports(
  { clock, log, reports }: Pick<Ports, 'clock' | 'log' | 'reports'>,
  nextDue: NextDue,
): Promise<number> {
  const now = clock.now();
  const settled = new Date(now.getTime() - SETTLED_MS);
  let enqueued = 0;
  for (const schedule of await reports.dueSchedules(settled)) {
    const moments = momentsOf(schedule, nextDue, { now, settled });
    if (moments === null) log.error('schedule_failed', { schedule: schedule.id });
    else
      await inParts(
        [moments],
        async () => {
          if ((await reports.moveOn(schedule, moments)) && moments.due !== null) enqueued += 1;
        },
        (_moments, { code }) => log.error('schedule_failed', { schedule: schedule.id, code }),
      );
  }
  return enqueued;
}

/** Null where it is never due: such as 31 February. */
function momentsOf(
  schedule: ReportSchedule,
  nextDue: NextDue,
  { now, settled }: { now: Date; settled: Date },
): { due: Date | null; next: Date } | null {
  try {
    let due = schedule.nextDueAt;
    let next = nextDue(schedule, due ?? now);
    while (next <= settled) {
      due = next;
      next = nextDue(schedule, next);
    }
    return { due, next };
  } catch {
    return null;
  }
}

/**
 * Makes the report of a schedule for one of its moments, and puts the notice of it; once, however often it is asked for.
 * It begins where the one before of the same schedule ended.
 */
export async function makeScheduledReport(
  ports: Pick<Ports, 'clock' | 'changes' | 'reports'>,
  nextDue: NextDue,
  due: { scheduleId: string; at: Date },
): Promise<void> {
  const { reports } = ports;
  const schedule = await reports.schedule(due.scheduleId);
  if (schedule === null || (await reports.madeFor(schedule.id, due.at))) return;
  const to = due.at;
  const last = await reports.lastOf(schedule.id, to);
  const began = last?.to.getTime() ?? 2 * to.getTime() - nextDue(schedule, to).getTime();
  const from = new Date(Math.max(began, to.getTime() - MOST_MS));
  const made = reportOf(await reports.source(schedule.team, { from, to }), { to, last });
  const { id: scheduleId, team } = schedule;
  const madeAt = ports.clock.now();
  const madeBy = systemCall().caller.principal;
  const summary = reportInShort(made.body);
  const id = randomUUID();
  await keep(ports, schedule, {
    ...made,
    id,
    scheduleId,
    dueAt: to,
    team,
    from,
    to,
    madeAt,
    madeBy,
    summary,
  });
}

async function keep(
  { changes }: Pick<Ports, 'changes'>,
  schedule: ReportSchedule,
  report: NewReport,
): Promise<void> {
  const { id, team, to, summary } = report;
  await changes.run(async (tx) => {
    await tx.insertReport(report);
    await tx.notice({
      credentialId: null,
      kind: 'report',
      period: `${schedule.id}/${to.toISOString()}`,
      recipient: team === null ? 'admins' : `team:${team}`,
      body: {
        of: team === null ? 'all' : `team ${team}`,
        text: summary,
        report: id,
        team,
        schedule: schedule.name,
        ...(schedule.channels !== null && { channels: schedule.channels }),
      },
    });
    const details = { report: id, team, schedule: schedule.id };
    tx.audit(auditEvent(systemCall(), 'report.create', 'allowed', { details }));
  });
}
