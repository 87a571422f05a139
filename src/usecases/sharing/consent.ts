import type { CallContext } from '../../domain/access/caller.js';
import type { Grant } from '../../domain/access/grant.js';
import type { JoiningMember, TeamMember } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { GivenGrant } from '../../ports/sharing.js';

type Needs = Pick<Ports, 'records'>;

/**
 * Marks which grants fill the receivers' variables without their consent: to a role; to a team by an admin or a member;
 * to a service account by its keeper or an admin. All else is an offer, a grant to a person always.
 */
export async function withConsent(
  ports: Needs,
  call: CallContext,
  grants: readonly Grant[],
): Promise<GivenGrant[]> {
  const given: GivenGrant[] = [];
  for (const grant of grants) {
    given.push({ ...grant, giverRole: call.caller.role, confirmed: await isTrusted(ports, call, grant) });
  }
  return given;
}

async function isTrusted(ports: Needs, call: CallContext, { subjectKind, subject }: Grant): Promise<boolean> {
  switch (subjectKind) {
    case 'role':
      return true;
    case 'user':
      return false;
    case 'team':
      return isAdmin(call) || (await ports.records.teamsOf(call.caller.principal)).includes(subject);
    case 'service_account':
      return isAdmin(call) || (await keeps(ports, call.caller.principal, subject));
  }
}

/**
 * Marks who is in a team with their own consent: those who an admin adds, who add themselves, and accounts that their keeper
 * adds. What the team gets is an offer to all others.
 */
export async function withJoiningConsent(
  ports: Needs,
  call: CallContext,
  members: readonly TeamMember[],
): Promise<JoiningMember[]> {
  const joining: JoiningMember[] = [];
  for (const member of members) {
    const { principal } = member;
    const own = isAdmin(call) || principal === call.caller.principal;
    joining.push({ ...member, confirmed: own || (await keeps(ports, call.caller.principal, principal)) });
  }
  return joining;
}

/** Whether a principal is a service account that `person` made. */
export async function keeps(ports: Needs, person: string, principal: string): Promise<boolean> {
  if (!principal.startsWith('sa:')) return false;
  return (await ports.records.serviceAccount(principal.slice('sa:'.length)))?.createdBy === person;
}

const isAdmin = ({ caller }: CallContext): boolean => caller.kind === 'user' && caller.role === 'admin';
