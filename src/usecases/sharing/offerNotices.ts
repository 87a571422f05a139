import { type CallContext, kindOfPrincipal } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { Notice } from '../../ports/notices.js';
import type { JoiningMember } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { GivenGrant } from '../../ports/sharing.js';

/** A variable that more than one credential claims. */
export interface EnvironmentConflict {
  variable: string;
  /** Those that claim it, the one that fills it first. */
  credentials: { id: string; name: string; owner: string }[];
  /** The id of the one that fills it; null: none. */
  servedBy: string | null;
  /** The variable that its credential lost to another one, for which this one is held back. */
  because: string | null;
}

type Needs = Pick<Ports, 'clock' | 'records'>;

/** Principals may hold the slash that ends the state of a period. */
export const part = (text: string) => encodeURIComponent(text);

/**
 * One notice a day to each receiver of offers of one giver, whatever the giver offers: a flood of grants is no flood of
 * mail. The accounts of one person are one giver.
 */
export async function offerNotices(
  ports: Needs,
  call: CallContext,
  credential: Pick<Credential, 'name' | 'serviceType' | 'envNames'>,
  offered: readonly GivenGrant[],
): Promise<Notice[]> {
  const open = offered.filter((grant) => grant.confirmed !== true);
  if (open.length === 0) return [];
  const giver = await personOf(ports, call.caller.principal);
  const day = ports.clock.now().toISOString().slice(0, 10);
  return open.map(({ subjectKind, subject, level }) => {
    const recipient = subjectKind === 'team' ? `team:${subject}` : subject;
    return {
      credentialId: null,
      kind: 'offer',
      period: `${part(recipient)}|${part(giver)}/${day}`,
      recipient,
      body: {
        credential: credential.name,
        service_type: credential.serviceType,
        giver,
        level,
        variables: Object.keys(credential.envNames).sort().slice(0, 10).join(', ') || 'no variables',
      },
    };
  });
}

/** The same to those who were put into a team without their own consent: what the team gets is an offer to them. */
export async function joiningNotices(
  ports: Needs,
  call: CallContext,
  team: string,
  joining: readonly JoiningMember[],
): Promise<Notice[]> {
  const name = `credentials shared with team ${team}`;
  const none = { name, serviceType: 'other', envNames: {} } as const;
  const open = joining.filter((member) => member.confirmed !== true);
  const asGrants = open.map(({ principal }): GivenGrant => {
    const subjectKind = kindOfPrincipal(principal) === 'service_account' ? 'service_account' : 'user';
    return { subjectKind, subject: principal, level: 'read', expiresAt: null };
  });
  return offerNotices(ports, call, none, asGrants);
}

export async function personOf(ports: Needs, principal: string): Promise<string> {
  if (kindOfPrincipal(principal) !== 'service_account') return principal;
  const account = await ports.records.serviceAccount(principal.slice('sa:'.length));
  return account?.createdBy ?? principal;
}

/** One notice for each variable of a receiver that several credentials claim; the same is put once. */
export function conflictNotices(receiver: string, conflicts: readonly EnvironmentConflict[]): Notice[] {
  return conflicts.map(({ variable, credentials, servedBy, because }) => {
    const names = credentials.map(({ owner, name }) => `${owner}/${name}`);
    const told = {
      variable,
      credentials: names.join(', '),
      serves: servedBy === null ? 'none of them' : (names[0] ?? '?'),
      because: because ?? '',
    };
    return {
      credentialId: null,
      kind: 'variable_conflict',
      period: `${part(receiver)}|${part(variable)}/${servedBy ?? 'none'}`,
      recipient: receiver,
      body: told,
    };
  });
}
