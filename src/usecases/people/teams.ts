import type { CallContext } from '../../domain/access/caller.js';
import type { Team, TeamMember } from '../../ports/people.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { requireRole } from '../gate/refuse.js';
import { breakGlassNotices } from '../sharing/breakGlass.js';
import { withJoiningConsent } from '../sharing/consent.js';
import { joiningNotices } from '../sharing/offerNotices.js';
import {
  ledTeam,
  lockTeam,
  openedByJoining,
  refuseStrangers,
  sees,
  type TeamPorts,
  teamEvent,
} from './teamRules.js';

/** The teams that the caller is in, with their members; architects and admins see all. */
export async function listTeams(ports: TeamPorts, call: CallContext): Promise<Team[]> {
  await requireActiveCaller(ports, call);
  return (await ports.records.teams()).filter((team) => sees(call.caller, team));
}

/** Architects and admins make teams; an architect leads theirs. When an admin says why: `openedByJoining`. */
export async function createTeam(
  ports: TeamPorts,
  call: CallContext,
  body: { name: string; description: string; members: TeamMember[] },
): Promise<Team> {
  await requireRole(ports, call, 'architect', { action: 'team.create', details: { team: body.name } });
  const by = call.caller.principal;
  const self = { principal: by, lead: true };
  const members =
    call.caller.role === 'admin' ? body.members : [self, ...body.members.filter((m) => m.principal !== by)];
  await refuseStrangers(ports, members);
  const { name, description } = body;
  const team = { name, description, createdAt: ports.clock.now(), createdBy: by };
  const opened = await openedByJoining(ports, call, { action: 'team.create', name, joining: members });
  const joining = await withJoiningConsent(ports, call, members);
  const notices = await joiningNotices(ports, call, name, joining);
  await ports.changes.run(async (tx) => {
    await tx.insertTeam(team);
    await tx.replaceMembers(name, joining, by, team.createdAt);
    await tx.notices(notices);
    tx.audit(teamEvent(call, 'team.create', { name, details: named(members), opened }));
    await breakGlassNotices(tx, call, opened ?? []);
  });
  return { ...team, members };
}

/** Removes a team, every grant to it and its channels; its members lose at once what it gave them. */
export async function deleteTeam(ports: TeamPorts, call: CallContext, name: string): Promise<void> {
  const team = await ledTeam(ports, call, name, 'team.delete');
  await ports.changes.run(async (tx) => {
    const { members } = await lockTeam(tx, team, null);
    const channels = await tx.deleteTeam(name, ports.clock.now());
    const details = { ...named(members), channels };
    tx.audit(teamEvent(call, 'team.delete', { name, details, opened: null }));
  });
}

const named = (members: readonly TeamMember[]) => ({ members: members.map((m) => m.principal) });
