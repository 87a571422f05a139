import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import type { ReportSchedule } from '../../domain/reports/reportSchedule.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { covers, teamsSeen } from './reports.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog' | 'reports' | 'outbox'>;
type Settings = Pick<ReportSchedule, 'name' | 'expression' | 'timezone' | 'enabled' | 'channels'>;

/** Each costs a reading of all that the team was granted. Those of everything are counted alike. */
const MOST_OF_A_TEAM = 20;

/** Admins see all schedules, others those of their teams. */
export async function listReportSchedules(ports: Needs, call: CallContext): Promise<ReportSchedule[]> {
  await requireActiveCaller(ports, call);
  return ports.reports.schedules(await teamsSeen(ports, call));
}

/** One schedule that the caller may see. */
export async function getReportSchedule(
  ports: Needs,
  call: CallContext,
  id: string,
): Promise<ReportSchedule> {
  await requireActiveCaller(ports, call);
  const schedule = await ports.reports.schedule(id);
  if (schedule === null || !covers(await teamsSeen(ports, call), schedule.team))
    throw notFound('report schedule');
  return schedule;
}

/** Adds a schedule: an admin for all or any team, a lead for their team. `name_taken`, `conflict`. */
export async function createReportSchedule(
  ports: Needs,
  call: CallContext,
  input: Settings & { team: string | null },
): Promise<ReportSchedule> {
  await requireActiveCaller(ports, call);
  const action = 'report_schedule.create';
  await requireLead(ports, call, action, input);
  if (input.team !== null && (await ports.records.team(input.team)) === null)
    throw invalid({ field: 'team', rule: 'must be the name of a team' });
  await checkChannels(ports, call, action, input);
  await refuseOneTooMany(ports, input.team);
  const schedule: ReportSchedule = {
    ...input,
    id: randomUUID(),
    fromEnvironment: false,
    nextDueAt: null,
    createdAt: ports.clock.now(),
    createdBy: call.caller.principal,
  };
  await ports.changes.run(async (tx) => {
    await tx.insertReportSchedule(schedule);
    tx.audit(auditEvent(call, action, 'allowed', { details: told(schedule) }));
  });
  return schedule;
}

async function refuseOneTooMany({ reports }: Pick<Ports, 'reports'>, team: string | null): Promise<void> {
  const known = await reports.schedules(team === null ? null : [team]);
  if (known.filter((one) => one.team === team).length < MOST_OF_A_TEAM) return;
  const whose = team === null ? 'For all credentials' : `For team ${team}`;
  const detail = `${whose} there are at most ${MOST_OF_A_TEAM} report schedules; remove or change one.`;
  throw new BrokerError('conflict', { detail });
}

/** Changes what is named. A schedule that is enabled again or gets another time goes on from now. */
export async function changeReportSchedule(
  ports: Needs,
  call: CallContext,
  id: string,
  patch: Partial<Settings>,
): Promise<ReportSchedule> {
  const before = await getReportSchedule(ports, call, id);
  const action = 'report_schedule.change';
  await requireLead(ports, call, action, before);
  await checkChannels(ports, call, action, { team: before.team, ...patch });
  if (before.fromEnvironment && (patch.name ?? patch.expression ?? patch.timezone) !== undefined)
    throw new BrokerError('conflict', {
      detail:
        'This schedule comes from REPORT_SCHEDULE and REPORT_TIMEZONE; change these variables, or disable it.',
    });
  const changed = { ...before, ...patch };
  const same = (['expression', 'timezone', 'enabled'] as const).every((key) => before[key] === changed[key]);
  const schedule = same ? changed : { ...changed, nextDueAt: null };
  await ports.changes.run(async (tx) => {
    await tx.updateReportSchedule(schedule);
    tx.audit(auditEvent(call, action, 'allowed', { details: told(schedule) }));
  });
  return schedule;
}

/** Removes a schedule; its reports stay. */
export async function deleteReportSchedule(ports: Needs, call: CallContext, id: string): Promise<void> {
  const schedule = await getReportSchedule(ports, call, id);
  const action = 'report_schedule.delete';
  await requireLead(ports, call, action, schedule);
  if (schedule.fromEnvironment)
    throw new BrokerError('conflict', {
      detail:
        'This schedule comes from REPORT_SCHEDULE and is created again at each start; disable it instead.',
    });
  await ports.changes.run(async (tx) => {
    await tx.deleteReportSchedule(id);
    tx.audit(auditEvent(call, action, 'allowed', { details: told(schedule) }));
  });
}

const told = ({ id, name, team, expression, timezone, enabled }: ReportSchedule) => ({
  schedule: id,
  name,
  team,
  expression,
  timezone,
  enabled,
});

/** An admin, or for a team one of its leads. */
async function requireLead(
  ports: Needs,
  call: CallContext,
  action: AuditAction,
  { team }: { team: string | null },
): Promise<void> {
  if (call.caller.role === 'admin') return;
  const members = team === null ? [] : ((await ports.records.team(team))?.members ?? []);
  if (members.some(({ principal, lead }) => lead && principal === call.caller.principal)) return;
  const detail = 'Only an admin, or a lead for their own team, can change report schedules.';
  await refuse(ports, call, { action, details: { team } }, new BrokerError('forbidden', { detail }));
}

/** Channels carry names out, so who chooses one is who made it: an admin. */
async function checkChannels(
  ports: Needs,
  call: CallContext,
  action: AuditAction,
  { team, channels = null }: { team: string | null; channels?: string[] | null },
): Promise<void> {
  if (channels === null) return;
  if (call.caller.role !== 'admin') {
    const detail = 'Only an admin can choose channels; omit channels to use all that accept reports.';
    await refuse(ports, call, { action, details: { team } }, new BrokerError('forbidden', { detail }));
  }
  for (const [index, id] of channels.entries()) {
    const channel = await ports.outbox.channel(id);
    if (channel === null || channel.events || channel.recipient !== null)
      throw invalid({ field: `channels.${index}`, rule: 'must be the id of a channel for notices' });
  }
}
