import { ROLES, type Role, roleAtLeast } from '../../../../domain/access/caller.js';
import { decide, type GrantLevel, levelAtLeast } from '../../../../domain/access/grant.js';
import type { Grant, TeamList } from '../../../client/contract.js';
import { nameOf } from '../../principals.js';

export interface AccessFacts {
  owner: string;
  grants: readonly Grant[];
  /** Those that the user sees. */
  teams: TeamList['items'];
  /** Undefined: the user may not see the roles of others. */
  roleOf(principal: string): Role | undefined;
  now: number;
}

export interface AccessReasons {
  /** What the person may do, in one sentence. */
  verdict: string;
  /** Each way on which it comes. */
  ways: readonly string[];
}

/** Why a person or service account may read a credential, or why not: by the rule of the broker. */
export function accessReasons(principal: string, facts: AccessFacts): AccessReasons {
  const role = facts.roleOf(principal);
  const reaching = facts.grants.filter((grant) => reaches(grant, principal, role, facts));
  const isOwner = facts.owner === principal;
  const ways = [
    ...(isOwner ? ['They own it.'] : []),
    ...reaching.map((grant) => wayOf(grant, role)),
    ...(role === 'admin' && !isOwner ? ['As an admin they manage it, and can read it with a reason.'] : []),
  ];
  const level = reaching.reduce<GrantLevel | null>(
    (best, grant) => (levelAtLeast(best, grant.level) ? best : grant.level),
    null,
  );
  return { verdict: verdictOf(nameOf(principal), { isOwner, level, role }), ways };
}

interface Rights {
  isOwner: boolean;
  level: GrantLevel | null;
  role: Role | undefined;
}

function verdictOf(name: string, { isOwner, level, role }: Rights): string {
  const standing = { isOwner, level };
  const read = decide({ role: role ?? 'engineer' }, standing, 'read');
  if (role === 'observer' && (isOwner || level !== null))
    return `${name} can’t get its values: an observer never gets values.`;
  const ifRole = role === undefined ? ', unless their role is observer' : '';
  if (read === 'allowed') return `${name} can read it${ifRole}.`;
  if (read === 'reason_required') return `${name} can read it only with a reason (break-glass).`;
  if (read === 'denied') return `${name} can use it, but not read it${ifRole}.`;
  return role === undefined ? `${name} can’t read it by a grant that you see.` : `${name} can’t see it.`;
}

function reaches(
  grant: Grant,
  principal: string,
  role: Role | undefined,
  { teams, now }: AccessFacts,
): boolean {
  const { subject_kind: kind, subject, expires_at: end } = grant;
  if (end !== null && Date.parse(end) <= now) return false;
  if (kind === 'team')
    return teams.some(
      ({ name, members }) => name === subject && members.some((m) => m.principal === principal),
    );
  if (kind !== 'role') return subject === principal;
  // Without a role in sight, the grant is named with its condition.
  return !principal.startsWith('sa:') && (role === undefined || roleAtLeast(role, subject as Role));
}

function wayOf(
  { subject_kind: kind, subject, level, expires_at: end }: Grant,
  role: Role | undefined,
): string {
  const until = end === null ? '' : `, until ${new Date(end).toLocaleString('en')}`;
  if (kind === 'team') return `They are in the team ${subject}, which has “${level}”${until}.`;
  if (kind !== 'role') return `They have “${level}” directly${until}.`;
  const from = subject === ROLES.at(-1) ? `Every ${subject}` : `Everybody from the role ${subject} up`;
  const ifRole = role === undefined ? ' It counts if their role is one of these.' : '';
  return `${from} has “${level}”${until}.${ifRole}`;
}
