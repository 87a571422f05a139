import type { CallContext } from '../../domain/access/caller.js';
import { invalid, notFound } from '../../domain/errors.js';
import { MAX_MEMBERS } from '../../domain/people/team.js';
import type { Team, TeamMember } from '../../ports/people.js';
import { breakGlassNotices } from '../sharing/breakGlass.js';
import { withJoiningConsent } from '../sharing/consent.js';
import { joiningNotices } from '../sharing/offerNotices.js';
import {
  ledTeam,
  lockTeam,
  memberOf,
  openedByJoining,
  refuseStrangers,
  type TeamPorts,
  teamEvent,
} from './teamRules.js';

/**
 * Replaces the members. An admin, or an architect who leads the team. When an admin gives a reason:
 * `openedByJoining`. Rejects with `conflict` when another request changes them at the same time.
 */
export async function setTeamMembers(
  ports: TeamPorts,
  call: CallContext,
  name: string,
  members: TeamMember[],
): Promise<Team> {
  const team = await ledTeam(ports, call, name, 'team.change');
  const joining = members.filter((m) => memberOf(team, m.principal) === undefined);
  await refuseStrangers(ports, joining);
  const opened = await openedByJoining(ports, call, { action: 'team.change', name, joining });
  // Who is in the team already is on the list because the list is whole: nobody says yes for them by that.
  const fresh = await withJoiningConsent(ports, call, joining);
  const stay = members.filter((m) => memberOf(team, m.principal) !== undefined);
  const notices = await joiningNotices(ports, call, name, fresh);
  await ports.changes.run(async (tx) => {
    await lockTeam(tx, team, null);
    await tx.replaceMembers(name, [...fresh, ...stay], call.caller.principal, ports.clock.now());
    await tx.notices(notices);
    const details = { members: members.map((m) => m.principal) };
    tx.audit(teamEvent(call, 'team.change', { name, details, opened }));
    await breakGlassNotices(tx, call, opened ?? []);
  });
  return { ...team, members };
}

/**
 * Adds a member, or sets whether they lead; if omitted, as it is. The caller and the reason: as for replacing all.
 */
export async function addTeamMember(
  ports: TeamPorts,
  call: CallContext,
  name: string,
  { principal, lead }: { principal: string; lead?: boolean | undefined },
): Promise<Team> {
  const team = await ledTeam(ports, call, name, 'team.change');
  const before = memberOf(team, principal);
  const member = { principal, lead: lead ?? before?.lead ?? false };
  const joining = before === undefined ? [member] : [];
  await refuseStrangers(ports, joining, 'principal');
  const opened = await openedByJoining(ports, call, { action: 'team.change', name, joining });
  const [consenting = member] = await withJoiningConsent(ports, call, [member]);
  const notices = before === undefined ? await joiningNotices(ports, call, name, [consenting]) : [];
  return ports.changes.run(async (tx) => {
    const now = await lockTeam(tx, team, [principal, call.caller.principal]);
    const members = [...now.members.filter((m) => m.principal !== principal), member];
    if (members.length > MAX_MEMBERS)
      throw invalid({
        field: 'principal',
        rule: `is one too many: a team has at most ${MAX_MEMBERS} members`,
      });
    await tx.putMember(name, consenting, call.caller.principal, ports.clock.now());
    await tx.notices(notices);
    tx.audit(
      teamEvent(call, 'team.change', { name, details: { added: principal, lead: member.lead }, opened }),
    );
    await breakGlassNotices(tx, call, opened ?? []);
    return { ...now, members };
  });
}

/**
 * Removes a member; the others stay, whatever changed meanwhile. Rejects with `not_found` when they are not in the
 * team.
 */
export async function removeTeamMember(
  ports: TeamPorts,
  call: CallContext,
  name: string,
  principal: string,
): Promise<Team> {
  const team = await ledTeam(ports, call, name, 'team.change');
  if (memberOf(team, principal) === undefined) throw notFound('member');
  return ports.changes.run(async (tx) => {
    const now = await lockTeam(tx, team, [principal, call.caller.principal]);
    await tx.removeMember(name, principal);
    tx.audit(teamEvent(call, 'team.change', { name, details: { removed: principal }, opened: null }));
    return { ...now, members: now.members.filter((m) => m.principal !== principal) };
  });
}
