import { type Call, roleAtLeast } from '../domain/caller.js';
import { BrokerError, notFound } from '../domain/errors.js';
import type { Ports, Team, TeamMember } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { requireActiveCaller } from './authorize.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit'>;

/** All teams with their members; an observer sees names only through what is shared with him. */
export async function listTeams(ports: Needs, call: Call): Promise<Team[]> {
  await requireActiveCaller(ports, call);
  const teams = await ports.records.teams();
  if (roleAtLeast(call.caller.role, 'architect')) return teams;
  return teams.filter((team) => team.members.some((m) => m.principal === call.caller.principal));
}

/** Architects and admins make teams; an architect leads his. */
export async function createTeam(
  ports: Needs,
  call: Call,
  body: { name: string; description: string; members: TeamMember[] },
): Promise<Team> {
  await requireActiveCaller(ports, call);
  if (!roleAtLeast(call.caller.role, 'architect'))
    throw new BrokerError('forbidden', { detail: 'Creating teams needs the role architect or higher.' });
  const by = call.caller.principal;
  const self = { principal: by, lead: true };
  const members =
    call.caller.role === 'admin' ? body.members : [self, ...body.members.filter((m) => m.principal !== by)];
  const team = {
    name: body.name,
    description: body.description,
    createdAt: ports.clock.now(),
    createdBy: by,
  };
  await ports.changes.run(async (tx) => {
    await tx.insertTeam(team);
    await tx.replaceMembers(team.name, members, by, team.createdAt);
    tx.audit(
      auditEvent(call, 'team.create', 'allowed', {
        details: { team: team.name, members: members.map((m) => m.principal) },
      }),
    );
  });
  return { ...team, members };
}

/** Replaces the members. An admin, or an architect who leads the team. */
export async function setTeamMembers(
  ports: Needs,
  call: Call,
  name: string,
  members: TeamMember[],
): Promise<Team> {
  await requireActiveCaller(ports, call);
  const team = await ports.records.team(name);
  const leads =
    team?.members.some((m) => m.principal === call.caller.principal && m.lead) === true &&
    roleAtLeast(call.caller.role, 'architect');
  if (team === null) throw notFound('team');
  if (call.caller.role !== 'admin' && !leads)
    throw new BrokerError('forbidden', {
      detail: 'Only an admin or an architect who leads the team changes its members.',
    });
  const known = new Set(team.members.map((m) => m.principal));
  const breakGlass = await gainsByRole(
    ports,
    call,
    members.map((m) => m.principal).filter((principal) => !known.has(principal)),
  );
  await ports.changes.run(async (tx) => {
    await tx.replaceMembers(name, members, call.caller.principal, ports.clock.now());
    tx.audit(
      auditEvent(call, 'team.change', 'allowed', {
        breakGlass,
        breakGlassReason: breakGlass ? (call.breakGlassReason ?? null) : null,
        details: { team: name, members: members.map((m) => m.principal) },
      }),
    );
  });
  return { ...team, members };
}

/** An admin who opens what a team was given to himself or to an account he made has to say why. */
async function gainsByRole(ports: Needs, call: Call, added: readonly string[]): Promise<boolean> {
  if (call.caller.role !== 'admin' || added.length === 0) return false;
  const accounts = (await ports.records.serviceAccounts(call.caller.principal)).map((a) => `sa:${a.id}`);
  const gains = added.some(
    (principal) => principal === call.caller.principal || accounts.includes(principal),
  );
  if (gains && call.breakGlassReason === undefined) {
    throw new BrokerError('reason_required', {
      detail:
        'This would open what the team was given to yourself or to an account of yours. Say why in the header X-Break-Glass-Reason.',
    });
  }
  return gains;
}
