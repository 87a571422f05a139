import { type CallContext, type Caller, ROLES, roleAtLeast } from '../../domain/access/caller.js';
import type { Grant } from '../../domain/access/grant.js';
import { BrokerError, type FieldProblem, invalid } from '../../domain/errors.js';
import { quotedName } from '../../domain/secrecy/quotable.js';
import type { Ports } from '../../ports/ports.js';
import { refuse } from '../gate/refuse.js';

type Needs = Pick<Ports, 'records' | 'auditLog'>;

/**
 * Whether the caller may give these grants: an engineer to users, service accounts and their own teams; an architect
 * to any team; a role only by an admin. An unknown team or service account is named in `invalid_request`.
 */
export async function checkGrants(
  ports: Needs,
  call: CallContext,
  grants: readonly Grant[],
  field: string,
): Promise<void> {
  const problems: FieldProblem[] = [];
  for (const grant of grants) {
    const problem = await problemOf(ports, call.caller, grant);
    if (problem !== undefined) problems.push({ field, rule: problem });
  }
  if (problems.length > 0) throw invalid(...problems);
  const barred = await firstBarred(ports, call.caller, grants);
  if (barred !== undefined) {
    const details = { grants: grants.map((g) => `${g.subjectKind}:${g.subject}=${g.level}`) };
    const error = new BrokerError('forbidden', { detail: barred });
    await refuse(ports, call, { action: 'grant.change', details }, error);
  }
}

async function problemOf(ports: Needs, caller: Caller, grant: Grant): Promise<string | undefined> {
  switch (grant.subjectKind) {
    case 'team':
      return (await ports.records.team(grant.subject)) === null
        ? `names the team ${quotedName(grant.subject)}, which does not exist`
        : undefined;
    case 'service_account': {
      const id = grant.subject.replace(/^sa:/, '');
      const account = await ports.records.serviceAccount(id);
      return account === null || account.revokedAt !== null
        ? `names the service account ${quotedName(grant.subject)}, which does not exist`
        : undefined;
    }
    case 'role':
      return (ROLES as readonly string[]).includes(grant.subject)
        ? undefined
        : `names the role ${quotedName(grant.subject)}, which does not exist`;
    case 'user':
      if (!/^[a-z][a-z0-9_-]*:.+$/.test(grant.subject))
        return 'must name a user as <issuer>:<id>, e.g. glassdome:7';
      if (grant.subject.startsWith('local:') && (await ports.records.person(grant.subject)) === null) {
        return `names the user ${quotedName(grant.subject)}, which does not exist`;
      }
      return grant.subject === caller.principal ? 'must not name yourself' : undefined;
  }
}

async function firstBarred(
  ports: Needs,
  caller: Caller,
  grants: readonly Grant[],
): Promise<string | undefined> {
  if (grants.some((g) => g.subjectKind === 'role') && caller.role !== 'admin') {
    return 'Sharing with a whole role needs the role admin.';
  }
  const teams = grants.filter((g) => g.subjectKind === 'team').map((g) => g.subject);
  if (teams.length === 0 || roleAtLeast(caller.role, 'architect')) return undefined;
  const mine = await ports.records.teamsOf(caller.principal);
  const foreign = teams.find((team) => !mine.includes(team));
  return foreign === undefined
    ? undefined
    : `You are not in the team ${quotedName(foreign)}; sharing with other teams needs the role architect.`;
}
