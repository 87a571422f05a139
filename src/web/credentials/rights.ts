import { decide, type Verb } from '../../domain/access/grant.js';
import type { SeenCredential, Session } from '../client/contract.js';
import { useSession } from '../session/SessionGate.js';

/** By the rule of the broker: what is not allowed is not offered. An admin's reason is asked for where it is due. */
export function mayDo(
  role: Session['role'],
  { access }: Pick<SeenCredential, 'access'>,
  verb: Verb,
): boolean {
  const standing = { isOwner: access === 'owner', level: access === 'owner' ? null : access };
  const decision = decide({ role }, standing, verb);
  return decision === 'allowed' || decision === 'reason_required';
}

/** Answers what the signed-in user may do with a credential. */
export function useRights(): (credential: Pick<SeenCredential, 'access'>, verb: Verb) => boolean {
  const { role } = useSession();
  return (credential, verb) => mayDo(role, credential, verb);
}
