import { type Call, type Caller, roleAtLeast } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import { BrokerError, invalid, notFound } from '../domain/errors.js';
import type { Team, TeamMember } from '../ports/people.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { requireActiveCaller } from './authorize.js';
import { breakGlassNotice, brokenGlass, principalsOf, requireReason } from './breakGlass.js';
import { refuse, requireRole } from './refuse.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit'>;
type TeamAction = 'team.create' | 'team.change' | 'team.delete';

/** The teams that the caller is in, with their members; architects and admins see all. */
export async function listTeams(ports: Needs, call: Call): Promise<Team[]> {
  await requireActiveCaller(ports, call);
  return (await ports.records.teams()).filter((team) => sees(call.caller, team));
}

const sees = (caller: Caller, team: Team) =>
  roleAtLeast(caller.role, 'architect') || team.members.some((m) => m.principal === caller.principal);

/** Architects and admins make teams; an architect leads his. An admin who puts himself in has to say why. */
export async function createTeam(
  ports: Needs,
  call: Call,
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
  await ports.changes.run(async (tx) => {
    await tx.insertTeam(team);
    await tx.replaceMembers(name, members, by, team.createdAt);
    tx.audit(teamEvent(call, 'team.create', { name, members, opened }));
  });
  return { ...team, members };
}

/** A misspelt name would wait for whoever is given it later. Subjects of other issuers are not ours to know. */
async function refuseStrangers(ports: Needs, joining: readonly TeamMember[]): Promise<void> {
  const strangers: string[] = [];
  for (const { principal } of joining) {
    const known = principal.startsWith('local:')
      ? (await ports.records.person(principal)) !== null
      : /^[a-z][a-z0-9_-]*:.+$/.test(principal);
    if (!known) strangers.push(principal);
  }
  if (strangers.length === 0) return;
  const rule = `names ${strangers.map((s) => `"${s}"`).join(', ')}: nobody here; write local:<user name>, glassdome:<id> or sa:<id>`;
  throw invalid({ field: 'members', rule });
}

/** Replaces the members. An admin, or an architect who leads the team. An admin who puts himself in has to say why. */
export async function setTeamMembers(
  ports: Needs,
  call: Call,
  name: string,
  members: TeamMember[],
): Promise<Team> {
  const team = await ledTeam(ports, call, name, 'team.change');
  const joining = members.filter((m) => !team.members.some((known) => known.principal === m.principal));
  await refuseStrangers(ports, joining);
  const opened = await openedByJoining(ports, call, { action: 'team.change', name, joining });
  await ports.changes.run(async (tx) => {
    await tx.replaceMembers(name, members, call.caller.principal, ports.clock.now());
    tx.audit(teamEvent(call, 'team.change', { name, members, opened }));
    for (const credential of opened ?? []) await breakGlassNotice(tx, call, credential);
  });
  return { ...team, members };
}

/** Removes a team and every grant to it; its members lose at once what it gave them. */
export async function deleteTeam(ports: Needs, call: Call, name: string): Promise<void> {
  const { members } = await ledTeam(ports, call, name, 'team.delete');
  await ports.changes.run(async (tx) => {
    await tx.deleteTeam(name, ports.clock.now());
    tx.audit(teamEvent(call, 'team.delete', { name, members, opened: null }));
  });
}

/** The team, if the caller may change it. One that he may not see is as if it were not there. */
async function ledTeam(ports: Needs, call: Call, name: string, action: TeamAction): Promise<Team> {
  await requireActiveCaller(ports, call, action);
  const { caller } = call;
  const refused = { action, details: { team: name } };
  const team = await ports.records.team(name);
  if (team === null || !sees(caller, team)) return refuse(ports, call, refused, notFound('team'));
  const leads = team.members.some((m) => m.principal === caller.principal && m.lead);
  if (caller.role === 'admin' || (leads && roleAtLeast(caller.role, 'architect'))) return team;
  const detail = 'Only an admin or an architect who leads the team changes it.';
  return refuse(ports, call, refused, new BrokerError('forbidden', { detail }));
}

/**
 * The credentials of others that open to an admin who joins, or null when neither he nor an account of his does. People
 * whom he made join as a matter of course; they count where something opens by it.
 */
async function openedByJoining(
  ports: Needs,
  call: Call,
  change: { action: TeamAction; name: string; joining: readonly TeamMember[] },
): Promise<Credential[] | null> {
  if (call.caller.role !== 'admin' || change.joining.length === 0) return null;
  const me = call.caller.principal;
  const own = await principalsOf(ports, call);
  const joining = change.joining.map((m) => m.principal).filter((principal) => own.includes(principal));
  if (joining.length === 0) return null;
  const readable = await ports.records.openedTo({ team: change.name });
  const opened = readable.filter((credential) => credential.owner !== me);
  const othersOnly = joining.every((principal) => principal !== me && !principal.startsWith('sa:'));
  if (othersOnly && opened.length === 0) return null;
  const what = 'This would open what the team is given to yourself or to an account of yours.';
  await requireReason(ports, call, { action: change.action, what, details: { team: change.name } });
  return opened;
}

function teamEvent(
  call: Call,
  action: TeamAction,
  change: { name: string; members: readonly TeamMember[]; opened: Credential[] | null },
) {
  return auditEvent(call, action, 'allowed', {
    details: { team: change.name, members: change.members.map((m) => m.principal) },
    ...brokenGlass(call, change.opened !== null),
  });
}
