import type { CallContext } from '../../domain/access/caller.js';
import type { DisabledWrites } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { OpenedCredential } from '../../ports/sharing.js';
import { openedToOthers, requireReasonFor, withAccounts } from '../sharing/breakGlass.js';

/** Whether a principal is disabled, and whether their service accounts continue without them. */
export interface Disabling {
  disabled: boolean;
  keepServiceAccounts?: boolean | undefined;
}

/**
 * What goes with a disabled principal: the service accounts they created, unless they are to be kept, and what they
 * snoozed. Enabling brings back the accounts that were disabled with them, and no other.
 */
export async function disableWith(
  tx: DisabledWrites,
  { caller }: CallContext,
  principal: string,
  { disabled, keepServiceAccounts = false, now }: Disabling & { now: Date },
): Promise<void> {
  await tx.lockAccountsOf(principal);
  if (!disabled) return tx.enableAccountsOf(principal);
  await tx.endSnoozesOf(principal, now);
  if (!keepServiceAccounts) await tx.disableAccountsOf(principal, caller.principal, now);
}

/** What an enabled principal, and the service accounts they created, can read again. Rejects without a reason. */
export async function openedByEnabling(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  principal: string,
): Promise<OpenedCredential[]> {
  const principals = await withAccounts(ports, principal);
  const opened = await openedToOthers(ports, call, { principals });
  const what = `This opens what other owners share with ${principal} again (${opened.length}).`;
  await requireReasonFor(ports, call, opened, { action: 'user.change', what, details: { principal } });
  return opened;
}
