import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import type { DisabledPrincipal, MadeBy } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { breakGlassNotices, brokenGlass } from '../sharing/breakGlass.js';
import { lostRace } from '../writing/writeVersion.js';
import { type Disabling, disableWith, openedByEnabling } from './disabling.js';
import { updateUser } from './users.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'passwords' | 'auditLog'>;

const PRINCIPAL = /^[a-z][a-z0-9_-]*:[^\p{Cc}]{1,200}$/u;

/** Everybody who is disabled, of whatever issuer. Admin only. */
export async function listDisabled(ports: Needs, call: CallContext): Promise<DisabledPrincipal[]> {
  await requireRole(ports, call, 'admin', { action: 'user.list' });
  return ports.records.disabledPrincipals();
}

/**
 * Disables or enables a principal of any issuer, with the service accounts they created; effective on their next
 * call. The accounts of another issuer are unknown here, so unknown ones are not refused. Admin only. Returns what
 * they created.
 */
export async function setDisabled(
  ports: Needs,
  call: CallContext,
  principal: string,
  { disabled, keepServiceAccounts = false }: Disabling,
): Promise<MadeBy> {
  if (principal.startsWith('local:')) {
    const patch = { disabled, keepServiceAccounts };
    return (await updateUser(ports, call, principal.slice('local:'.length), patch)).made;
  }
  const details = { principal, disabled };
  await requireRole(ports, call, 'admin', { action: 'user.change', details });
  await checkPrincipal(ports, call, principal, disabled);
  const listed = (await ports.records.disabledPrincipals()).some((d) => d.principal === principal);
  const opened = listed && !disabled ? await openedByEnabling(ports, call, principal) : [];
  const now = ports.clock.now();
  await ports.changes.run(async (tx) => {
    if (disabled) await tx.disablePrincipal(principal, call.caller.principal, now);
    else if ((await tx.enablePrincipal(principal)) && !listed) throw lostRace('user');
    await disableWith(tx, call, principal, { disabled, keepServiceAccounts, now });
    if (disabled) await tx.revokeSessionsOf(principal, now);
    const glass = brokenGlass(call, opened.length > 0);
    tx.audit(auditEvent(call, 'user.change', 'allowed', { details, ...glass }));
    await breakGlassNotices(tx, call, opened);
  });
  return ports.records.madeBy(principal);
}

async function checkPrincipal(
  ports: Needs,
  call: CallContext,
  principal: string,
  disabled: boolean,
): Promise<void> {
  if (!PRINCIPAL.test(principal))
    throw invalid({ field: 'principal', rule: 'must be <issuer>:<subject>, such as glassdome:7' });
  if (principal.startsWith('sa:') && (await ports.records.serviceAccount(principal.slice(3))) === null)
    throw notFound('service account');
  if (disabled && principal === call.caller.principal)
    throw new BrokerError('conflict', { detail: 'This is your own account; ask another admin.' });
}
