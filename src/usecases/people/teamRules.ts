import { type CallContext, type Caller, roleAtLeast } from '../../domain/access/caller.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import { quotedName } from '../../domain/secrecy/quotable.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Team, TeamMember } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { OpenedCredential } from '../../ports/sharing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { brokenGlass, openedToOthers, requireReason } from '../sharing/breakGlass.js';
import { lostRace } from '../writing/writeVersion.js';

export type TeamPorts = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;
export type TeamAction = 'team.create' | 'team.change' | 'team.delete';

/** Members see their team; architects and admins see all. */
export const sees = (caller: Caller, team: Team) =>
  roleAtLeast(caller.role, 'architect') || memberOf(team, caller.principal) !== undefined;

/** A member of a team; undefined if they are not in it. */
export const memberOf = ({ members }: Pick<Team, 'members'>, principal: string): TeamMember | undefined =>
  members.find((member) => member.principal === principal);

/** A misspelled name would apply to a later account with that name. Subjects of other issuers are unknown here. */
export async function refuseStrangers(
  ports: TeamPorts,
  joining: readonly TeamMember[],
  field = 'members',
): Promise<void> {
  const strangers: string[] = [];
  for (const { principal } of joining) {
    const known = principal.startsWith('local:')
      ? (await ports.records.person(principal)) !== null
      : /^[a-z][a-z0-9_-]*:.+$/.test(principal);
    if (!known) strangers.push(principal);
  }
  if (strangers.length === 0) return;
  const rule = `names ${strangers.map(quotedName).join(', ')}, which does not exist here. Members are local:<user name>, glassdome:<id> or sa:<id>`;
  throw invalid({ field, rule });
}

/** The team, if the caller may change it. One that they may not see is reported as missing. */
export async function ledTeam(
  ports: TeamPorts,
  call: CallContext,
  name: string,
  action: TeamAction,
): Promise<Team> {
  await requireActiveCaller(ports, call, action);
  const { caller } = call;
  const refused = { action, details: { team: name } };
  const team = await ports.records.team(name);
  if (team === null || !sees(caller, team)) return refuse(ports, call, refused, notFound('team'));
  const leads = memberOf(team, caller.principal)?.lead === true;
  if (caller.role === 'admin' || (leads && roleAtLeast(caller.role, 'architect'))) return team;
  const detail = 'Only an admin, or an architect who leads the team, can change it.';
  return refuse(ports, call, refused, new BrokerError('forbidden', { detail }));
}

/**
 * Locks the team for the rest of the change, and returns its current state. Rejects with `conflict` when it is gone,
 * or when one of `principals` (null: anyone) joined, left or changed since it was read: the decision that was based
 * on it is no longer valid, and a whole list would bring back removed members.
 */
export async function lockTeam(tx: ChangeTx, read: Team, principals: string[] | null): Promise<Team> {
  const now = await tx.lockTeam(read.name);
  // Another team may have got the name.
  if (now === null || now.createdAt.getTime() !== read.createdAt.getTime()) throw lostRace('team');
  const all = principals ?? [...now.members, ...read.members].map((member) => member.principal);
  if (all.some((one) => memberOf(now, one)?.lead !== memberOf(read, one)?.lead)) throw lostRace('team');
  return now;
}

/**
 * What opens to those who join, or null where that needs no reason: nobody joins, or the caller is no admin, or owns or
 * manages all that the team may read. An admin who joins says why also before the team may read anything.
 */
export async function openedByJoining(
  ports: TeamPorts,
  call: CallContext,
  change: { action: TeamAction; name: string; joining: readonly TeamMember[] },
): Promise<OpenedCredential[] | null> {
  if (call.caller.role !== 'admin' || change.joining.length === 0) return null;
  const opened = await openedToOthers(ports, call, { teams: [change.name] });
  const joins = change.joining.some((m) => m.principal === call.caller.principal);
  if (opened.length === 0 && !joins) return null;
  const what = joins
    ? 'Joining this team gives you access to what is shared with it.'
    : `This opens what other owners share with the team (${opened.length}) to a new member.`;
  await requireReason(ports, call, { action: change.action, what, details: { team: change.name } });
  return opened;
}

/** The audit event of a change; `details` say who is, came or went. */
export function teamEvent(
  call: CallContext,
  action: TeamAction,
  change: { name: string; details: Record<string, unknown>; opened: OpenedCredential[] | null },
) {
  return auditEvent(call, action, 'allowed', {
    details: { team: change.name, ...change.details },
    ...brokenGlass(call, change.opened !== null),
  });
}
